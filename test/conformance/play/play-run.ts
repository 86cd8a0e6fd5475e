import { mismatches } from '../expectations.js';
import type { Act, Request, RunScenario, SentEvent } from '../scenario.js';
import type { Setup } from '../setup/setup.js';
import type { Target } from '../setup/target.js';
import { checkCalls, ObservedCalls } from './calls.js';
import { checkAnswer, send } from './exchange.js';
import { checkRun, statusesOf } from './run-answers.js';

/** How long the real server may take to process an answer, in milliseconds. */
const TAKEN_IN_MS = 1_000;

/** How long the APIs may take to show what has happened, in milliseconds of real time. */
const SHOWN_WITHIN_MS = 10_000;
/**
 * The same limit for the status of a run that has not ended. It is shorter, because the status must be read before it changes.
 */
const STATUS_WITHIN_MS = 2_000;
const LOOK_AGAIN_AFTER_MS = 500;

export async function playRun(scenario: RunScenario, setup: Setup): Promise<string[]> {
  const { target, api } = setup;
  const [main] = scenario.functions;
  if (!main) return ['A run needs a function.'];
  const calls = new ObservedCalls(setup, scenario.functions);
  const sentAt = target.clock.now();
  const sent: SentEvent = {
    name: main.id,
    data: {},
    ...scenario.send,
    ...(scenario.sendAheadMs !== undefined && { ts: sentAt + scenario.sendAheadMs }),
  };
  const eventId = await api.send(sent, scenario.headers);
  const wrong: string[] = [];

  /** The event's first run of the main function. Later runs are its replays. */
  const findRun = async (): Promise<Record<string, unknown> | undefined> =>
    (await api.runsOf(eventId))
      .filter((found) => (found['function'] as { id?: unknown }).id === main.id)
      .toSorted((a, b) => String(a['id']).localeCompare(String(b['id'])))[0];
  const runId = async (): Promise<string> => {
    await target.until(async () => (await findRun()) !== undefined, 'a run');
    return String((await findRun())?.['id']);
  };

  const perform = async (act: Act, path: string): Promise<void> => {
    if ('afterCalls' in act) {
      await target.until(() => calls.answered >= act.afterCalls, `${act.afterCalls} calls`);
      if (target.isRealTime) await target.pass(TAKEN_IN_MS);
    } else if ('send' in act) {
      await api.send(act.send, act.headers);
    } else if ('pass' in act) {
      await target.pass(act.pass);
    } else if ('statuses' in act) {
      const id = await runId();
      const check = async (): Promise<string[]> =>
        mismatches(act.statuses, await statusesOf(api, eventId, id), path, target);
      wrong.push(...(await untilShown(check, target, STATUS_WITHIN_MS)));
    } else {
      const ids = { event: eventId, run: await runId() };
      const ask = async (time: number): Promise<string[]> => {
        const answer = await send(askedAnew(act.request, time), setup, ids);
        return checkAnswer(act.answer, answer, path, setup);
      };
      const isQuestion = act.request.method === 'GET';
      wrong.push(...(isQuestion ? await untilShown(ask, target, SHOWN_WITHIN_MS) : await ask(0)));
    }
  };

  try {
    for (const [index, act] of (scenario.acts ?? []).entries()) await perform(act, `acts[${index}]`);
    const expected = scenario.calls.reduce(
      (count, call) => count + ('concurrent' in call ? call.concurrent.length : 1),
      0,
    );
    await target.until(
      async () => calls.answered >= expected && (await findRun())?.['endedAt'] !== undefined,
      'the end of the run',
    );
  } catch (error) {
    wrong.push((error as Error).message);
  }
  wrong.push(...checkCalls(scenario, calls, { ...sent, id: sent['id'] ?? eventId }, sentAt, setup));
  const id = (await findRun())?.['id'];
  if (typeof id !== 'string') return [...wrong, 'The event started no run.'];
  return [
    ...wrong,
    ...(await untilShown(() => checkRun(scenario, api, eventId, id, target), target, SHOWN_WITHIN_MS)),
  ];
}

/**
 * A real server shows changes with a delay, above all in traces, and not everywhere at the same time. Repeats a failing check for
 * up to `withinMs` milliseconds. In virtual time there is no delay.
 */
async function untilShown(
  check: (time: number) => Promise<string[]>,
  target: Target,
  withinMs: number,
): Promise<string[]> {
  const deadline = target.clock.steady() + (target.isRealTime ? withinMs : 0);
  for (let time = 0; ; time++) {
    const wrong = await check(time);
    if (wrong.length === 0 || target.clock.steady() >= deadline) return wrong;
    await target.pass(LOOK_AGAIN_AFTER_MS);
  }
}

/** The real server caches v1 answers by their whole path for up to 15 s. A repeated request needs another query. */
function askedAnew(request: Request, time: number): Request {
  if (time === 0 || !request.path.startsWith('/v1/')) return request;
  const [path = '', query = ''] = request.path.split('?');
  const parameters = query.split('&').filter((parameter) => parameter !== '' && !parameter.startsWith('_='));
  return { ...request, path: `${path}?${[...parameters, `_=again-${time}`].join('&')}` };
}
