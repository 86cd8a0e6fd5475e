import { aTimestamp, between, mismatches, withSlack } from '../expectations.js';
import type { CallExpectation, FunctionSpec, RunScenario } from '../scenario.js';
import { invariantMismatches } from '../setup/call-invariants.js';
import { reportsOf, viewCall } from '../setup/call-view.js';
import type { Exchange } from '../setup/recorder.js';
import type { Setup } from '../setup/setup.js';
import { boundsOf } from './gaps.js';
import { isOfPlay } from './of-play.js';

/** The calls of a scenario's functions from now on, without those of runs from earlier plays. */
export class ObservedCalls {
  private readonly slugs: ReadonlySet<string>;
  private readonly from: number;

  constructor(
    private readonly setup: Setup,
    functions: readonly FunctionSpec[],
  ) {
    this.slugs = new Set(
      functions.flatMap(({ id }) => [`${setup.app.id}-${id}`, `${setup.app.id}-${id}-failure`]),
    );
    this.from = setup.app.recorder.toApp.length;
  }

  get all(): Exchange[] {
    return this.setup.app.recorder.toApp
      .slice(this.from)
      .filter(
        ({ method, path, headers }) =>
          method === 'POST' &&
          isOfPlay(headers['x-run-id'] ?? '', this.setup) &&
          this.slugs.has(new URL(path, 'http://app').searchParams.get('fnId') ?? ''),
      );
  }

  get answered(): number {
    return this.all.filter(({ answer }) => answer !== undefined).length;
  }
}

/** Compares the observed calls with those that the scenario expects. */
export function checkCalls(
  scenario: RunScenario,
  observed: ObservedCalls,
  event: Record<string, unknown>,
  sentAt: number,
  setup: Setup,
): string[] {
  const calls = observed.all;
  const wrong: string[] = [];
  let index = 0;
  let answeredAt = sentAt;
  for (const expected of scenario.calls) {
    const group = 'concurrent' in expected ? expected.concurrent : [expected];
    const seen = calls.slice(index, index + group.length);
    const path = `calls[${index}]`;
    wrong.push(...checkGroup(group, seen, { path, isFirst: index === 0, scenario, event, setup }));
    wrong.push(...checkGaps(group, seen, answeredAt, path, setup));
    answeredAt = Math.max(answeredAt, ...seen.map(({ answer }) => answer?.at ?? 0));
    index += group.length;
  }
  for (const call of calls.slice(index)) {
    wrong.push(`calls[${index++}]: unexpected ${JSON.stringify(view(call, setup))}`);
  }
  return [
    ...wrong,
    ...calls.flatMap((call, at) =>
      invariantMismatches(call, reportsOf(call, setup.app.recorder), `calls[${at}]`, setup.target),
    ),
  ];
}

interface Place {
  path: string;
  isFirst: boolean;
  scenario: RunScenario;
  event: Record<string, unknown>;
  setup: Setup;
}

/** Compares a group of calls. If they may come in any order, sorts them by function and step first. */
function checkGroup(group: readonly CallExpectation[], seen: readonly Exchange[], place: Place): string[] {
  const views = seen.map((call) => view(call, place.setup));
  const key = (call: { fn?: string; step?: string }): string => `${call.fn ?? ''} ${call.step ?? ''}`;
  const expected = group.map((call) => complete(call, place));
  if (group.length > 1) {
    views.sort((a, b) => key(a).localeCompare(key(b)));
    expected.sort((a, b) => key(a).localeCompare(key(b)));
  }
  return mismatches(expected, views, place.path, place.setup.target);
}

function complete(
  call: CallExpectation,
  { isFirst, scenario, event }: Place,
): Required<Omit<CallExpectation, 'after'>> {
  const step = call.step ?? 'step';
  const steps = call.steps ?? {};
  const stack = call.stack ?? Object.keys(steps);
  return {
    fn: call.fn ?? scenario.functions[0]?.id ?? '',
    step,
    attempt: call.attempt ?? 0,
    maxAttempts: call.maxAttempts ?? 6,
    version: call.version ?? (isFirst ? -1 : 2),
    alone: call.alone ?? false,
    fetches: call.fetches ?? false,
    steps,
    stack,
    current: call.current ?? (step === 'step' && Array.isArray(stack) ? stack.length : 0),
    event: call.event ?? { user: {}, ...event, ts: event['ts'] ?? aTimestamp },
    reports: call.reports ?? [],
    answer: call.answer,
  };
}

function checkGaps(
  group: readonly CallExpectation[],
  seen: readonly Exchange[],
  answeredAt: number,
  path: string,
  { target }: Setup,
): string[] {
  const [least, most] = boundsOf(group[0]?.after, answeredAt, target);
  return seen.flatMap(({ at }) => {
    const after = at - answeredAt;
    return mismatches(
      between(...withSlack(least, most, target)),
      after,
      `${path}: milliseconds before it`,
      target,
    );
  });
}

function view(call: Exchange, { app }: Setup): ReturnType<typeof viewCall> {
  return viewCall(call, app.recorder, app.id);
}
