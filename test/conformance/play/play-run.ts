import { mismatches } from '../expectations.js';
import type { Act, RunScenario, SentEvent } from '../scenario.js';
import type { Stage } from '../stage/stage.js';
import type { Target } from '../stage/target.js';
import { checkCalls, ObservedCalls } from './calls.js';
import { checkAnswer, send } from './exchange.js';
import { checkRun, statusesOf } from './run-answers.js';

/** After an answer, how long the real server takes until it has done what was asked, in milliseconds. */
const TAKEN_IN_MS = 1_000;

/** How long the APIs may take to show how a run has ended, in milliseconds of real time. */
const SHOWN_WITHIN_MS = 10_000;
const LOOK_AGAIN_AFTER_MS = 500;

export async function playRun(scenario: RunScenario, stage: Stage): Promise<string[]> {
  const { target, api } = stage;
  const [main] = scenario.functions;
  if (!main) return ['A run needs a function.'];
  const calls = new ObservedCalls(stage, scenario.functions);
  const sentAt = target.clock.now();
  const sent: SentEvent = {
    name: main.id,
    data: {},
    ...scenario.send,
    ...(scenario.sendAheadMs !== undefined && { ts: sentAt + scenario.sendAheadMs }),
  };
  const eventId = await api.send(sent, scenario.headers);
  const wrong: string[] = [];

  /** The first of the event's runs of the main function; later ones are its repetitions. */
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
      wrong.push(...mismatches(act.statuses, await statusesOf(api, eventId, await runId()), path, target));
    } else {
      const answer = await send(act.request, stage, { event: eventId, run: await runId() });
      wrong.push(...checkAnswer(act.answer, answer, path, stage));
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
  wrong.push(...checkCalls(scenario, calls, { ...sent, id: sent['id'] ?? eventId }, sentAt, stage));
  const id = (await findRun())?.['id'];
  if (typeof id !== 'string') return [...wrong, 'The event started no run.'];
  return [...wrong, ...(await checkUntilShown(() => checkRun(scenario, api, eventId, id, target), target))];
}

/** A real server shows the end of a run, its trace above all, some moments after it was reached, and not everywhere at once. */
async function checkUntilShown(check: () => Promise<string[]>, target: Target): Promise<string[]> {
  const deadline = target.clock.steady() + (target.isRealTime ? SHOWN_WITHIN_MS : 0);
  for (;;) {
    const wrong = await check();
    if (wrong.length === 0 || target.clock.steady() >= deadline) return wrong;
    await target.pass(LOOK_AGAIN_AFTER_MS);
  }
}
