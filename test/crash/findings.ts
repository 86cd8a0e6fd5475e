import { type About, CRON_PERIOD_MS, SEQUENCES, APP_ID } from './app/functions.js';
import type { Event, Run } from './inngest-api.js';
import type { JournalEntry } from './journal.js';
import type { Sent } from './load.js';

/** The steps of the worker's demo task follow each other too. */
const DEMO_STEPS = [
  'step-1-initialize',
  'step-2-process',
  'step-3-simulate-delay',
  'step-4-simulate-api-call',
  'step-5-finalize',
];

/** A server that was killed, as far as it is known from outside. Times are in milliseconds since 1970. */
export interface Life {
  /** When it was ready; undefined when it was killed before. */
  readyAt: number | undefined;
  killedAt: number;
  /** Steps that were done then, as `<run> <step>`. */
  completed: ReadonlySet<string>;
  /** How many lines the journal had then. */
  journalLength: number;
}

export interface Evidence {
  sent: readonly Sent[];
  events: readonly Event[];
  runs: readonly Run[];
  journal: readonly JournalEntry[];
  lives: readonly Life[];
}

/** Everything that should not be, by what it breaks; a sentence each. */
export interface Findings {
  /** Events that were acknowledged and are not there, or led to nothing that is explained. */
  lost: string[];
  /** Runs that have not ended, or not well. */
  stuck: string[];
  /** Completed steps that were executed again. */
  repeated: string[];
  /** What should have happened once and happened not at all or twice. */
  notOnce: string[];
}

export function judge(evidence: Evidence): Findings {
  return {
    lost: lost(evidence),
    stuck: stuck(evidence),
    repeated: [...repeatedByData(evidence), ...repeatedByOrder(evidence)],
    notOnce: [...runsPerKey(evidence), ...ticks(evidence), ...throttle(evidence)],
  };
}

function lost({ sent, events }: Evidence): string[] {
  const known = new Map(events.map((event) => [event.id, event]));
  return sent.flatMap(({ fn, key, eventId }) => {
    if (eventId === undefined) return [`${key} was never acknowledged`];
    const event = known.get(eventId);
    if (!event) return [`${key} was acknowledged as ${eventId}, which is not there`];
    const outcome = event.outcomes[0];
    const isExplained = outcome?.run !== undefined || outcome?.reason !== undefined;
    return isExplained ? [] : [`${key} (${fn}) led to no run, and nothing says why`];
  });
}

function stuck({ runs }: Evidence): string[] {
  return runs
    .filter((run) => run.status !== 'COMPLETED')
    .map(
      (run) =>
        `run ${run.id} of ${run.function.id} is ${run.status} (${run.waiting?.reason ?? JSON.stringify(run.output)})`,
    );
}

/** A step whose result was on the disk when a server was killed must not begin again. */
function repeatedByData({ journal, lives }: Evidence): string[] {
  return journal.flatMap(({ phase, runId, stepId, at }, line) => {
    if (phase !== 'start') return [];
    const life = lives.findIndex(
      ({ journalLength, completed }) => line >= journalLength && completed.has(`${runId} ${stepId}`),
    );
    return life < 0
      ? []
      : [`${stepId} of run ${runId} began at ${at}, though it was stored before kill ${life + 1}`];
  });
}

/** Where steps follow each other, the start of one shows that Inngest had confirmed those before it. */
function repeatedByOrder({ journal }: Evidence): string[] {
  const position = new Map(
    [...Object.values(SEQUENCES), DEMO_STEPS].flatMap((steps) =>
      steps.map((step, index) => [step, index] as const),
    ),
  );
  const furthest = new Map<string, number>();
  return journal.flatMap(({ phase, runId, stepId, at }) => {
    const index = position.get(stepId);
    if (phase !== 'start' || index === undefined) return [];
    const before = furthest.get(runId) ?? -1;
    furthest.set(runId, Math.max(before, index));
    return index < before
      ? [`${stepId} of run ${runId} began at ${at}, though the step after it had begun`]
      : [];
  });
}

/** Every key comes up in exactly one run; of a debounced group the last. */
function runsPerKey({ sent, runs }: Evidence): string[] {
  const counts = new Map<string, number>();
  for (const key of runs.flatMap(keysOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const expected = new Map<string, number>();
  for (const { fn, key, group } of sent) {
    expected.set(`${fn} ${key}`, group === undefined || key === `${group}-last` ? 1 : 0);
    if (fn === 'invoker') expected.set(`invoked ${key}`, 1);
  }
  return [...new Set([...expected.keys(), ...counts.keys()])].flatMap((key) => {
    const [count, should] = [counts.get(key) ?? 0, expected.get(key) ?? 0];
    return count === should ? [] : [`${key} was run ${count} times instead of ${should}`];
  });
}

/** What a run that has ended was about, as `<function> <key>`. */
function keysOf({ function: fn, status, output }: Run): string[] {
  if (status !== 'COMPLETED' || fn.id === 'ticker') return [];
  const { keys, taskId } = output as Partial<About> & { taskId?: string };
  return (keys ?? [taskId]).map((key) => `${fn.id} ${key}`);
}

/** One run for each tick while the server is up; ticks that it missed make one together. */
function ticks({ runs, lives }: Evidence): string[] {
  const slotOf = (time: number): number => Math.floor(time / CRON_PERIOD_MS);
  const perSlot = new Map<number, number>();
  for (const run of runs.filter(({ app, function: fn }) => app.id === APP_ID && fn.id === 'ticker')) {
    const slot = slotOf(Date.parse(run.queuedAt));
    perSlot.set(slot, (perSlot.get(slot) ?? 0) + 1);
  }
  const first = Math.min(...perSlot.keys());
  const due = new Set<number>();
  for (const { readyAt, killedAt } of lives) {
    if (readyAt === undefined) continue;
    for (let slot = slotOf(readyAt); slot <= slotOf(killedAt); slot++) {
      const upFrom = Math.max(readyAt, slot * CRON_PERIOD_MS);
      // Long enough for a timer that is late on a busy machine.
      if (Math.min(killedAt, (slot + 1) * CRON_PERIOD_MS) - upFrom >= CRON_PERIOD_MS / 4) due.add(slot);
    }
  }
  const describe = (slot: number): string => new Date(slot * CRON_PERIOD_MS).toISOString();
  return [
    ...[...perSlot]
      .filter(([, count]) => count > 1)
      .map(([slot, count]) => `the tick of ${describe(slot)} ran ${count} times`),
    ...[...due]
      .filter((slot) => slot > first && !perSlot.has(slot))
      .map((slot) => `the tick of ${describe(slot)} did not run`),
  ];
}

/** The throttle remembers over restarts: of any starts in a row, no more than it lets through. */
function throttle({ runs }: Evidence): string[] {
  const starts = runs
    .flatMap(({ function: fn, startedAt }) =>
      fn.id === 'demo-task' && startedAt !== undefined ? [Date.parse(startedAt)] : [],
    )
    .toSorted((a, b) => a - b);
  for (const [first, from] of starts.entries()) {
    for (const [last, to] of starts.entries()) {
      // One may have got its permit just before a kill, and start after it.
      const earliest = from + (last - first - 20) * 3_000;
      if (last > first && to < earliest)
        return [`${last - first + 1} demo tasks started within ${to - from} ms: the throttle forgot some`];
    }
  }
  return [];
}
