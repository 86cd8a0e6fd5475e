import { mismatches } from '../expectations.js';
import type { FlowScenario } from '../scenario.js';
import type { Exchange } from '../setup/recorder.js';
import type { Setup } from '../setup/setup.js';
import { ObservedCalls } from './calls.js';
import { isOfPlay } from './of-play.js';

export async function playFlow(scenario: FlowScenario, setup: Setup): Promise<string[]> {
  const { target, api } = setup;
  const [main] = scenario.functions;
  if (!main) return ['Flow control needs a function.'];
  const calls = new ObservedCalls(setup, scenario.functions);
  const start = target.clock.now();
  const wrong: string[] = [];
  for (const { at, events } of scenario.sends) {
    await target.pass(Math.max(0, start + at - target.clock.now()));
    await api.sendAll(events.map((event) => ({ name: main.id, ...event })));
  }
  try {
    await target.until(async () => {
      const seen = calls.all;
      if (firstCalls(seen).length < scenario.starts.length) return false;
      if (seen.some(({ answer }) => answer === undefined)) return false;
      const runs = await api.records(`/api/v2/apps/${setup.app.id}/functions/${main.id}/runs?limit=100`);
      return runs.every((run) => run['endedAt'] !== undefined || !isOfPlay(String(run['id']), setup));
    }, 'the end of all runs');
  } catch (error) {
    wrong.push((error as Error).message);
  }
  const seen = calls.all;
  const starts = firstCalls(seen);
  wrong.push(
    ...mismatches(
      scenario.starts,
      starts.map(({ at }) => at - start),
      'starts',
      target,
    ),
    ...(scenario.order === undefined ? [] : mismatches(scenario.order, starts.map(labelOf), 'order', target)),
    ...(scenario.atOnce === undefined
      ? []
      : mismatches(scenario.atOnce, mostAtOnce(seen), 'calls at once', target)),
  );
  return wrong;
}

function firstCalls(calls: readonly Exchange[]): Exchange[] {
  const seen = new Set<string>();
  return calls.filter(({ headers }) => {
    const run = headers['x-run-id'] ?? '';
    return !seen.has(run) && seen.add(run);
  });
}

function labelOf(call: Exchange): unknown {
  return (call.body as { event: { data: Record<string, unknown> } }).event.data['n'];
}

/** The most calls at the same time. A call that starts when another one ends takes over its slot, so the two do not overlap. */
function mostAtOnce(calls: readonly Exchange[]): number {
  const moments = calls.flatMap(({ at, answer }) => [
    { at, change: 1 },
    { at: answer?.at ?? Number.POSITIVE_INFINITY, change: -1 },
  ]);
  moments.sort((a, b) => a.at - b.at || a.change - b.change);
  let now = 0;
  return Math.max(0, ...moments.map(({ change }) => (now += change)));
}
