import { createHash } from 'node:crypto';
import { isRecord } from '../common/is-record.js';

/** An error as the SDK serialises it. */
export interface StepError {
  name?: string;
  message?: string;
  stack?: string;
  [extra: string]: unknown;
}

export interface FixtureEvent {
  name: string;
  data?: unknown;
  /** Generated if absent. */
  id?: string;
  /** Milliseconds since 1970. Default: 0. */
  ts?: number;
  [extra: string]: unknown;
}

/** A step of a recorded run. It has an output when it has `data` or `error`. */
export interface FixtureStep {
  /** The hashed id, or the id in the code. `id` or `name` is required. */
  id?: string | undefined;
  /** The id in the code; or the display name, if `id` is also given. */
  name?: string | undefined;
  /** The output: null for a sleep and for a wait that timed out, the event for other waits. */
  data?: unknown;
  /** The error of a step that failed after its last attempt, or its message. */
  error?: StepError | string | undefined;
}

/** A recorded run, as JSON: a result of `run` or `fixture` of the test server, or written by hand. */
export interface RunFixture {
  /** The function's id, with or without the client's id before it. Required if several functions are given. */
  function?: string;
  /** The event that started the run, or all events of a batch. `event` or `events` is required. */
  event?: FixtureEvent;
  events?: readonly FixtureEvent[];
  /**
   * The steps in the order in which they ended: a list, or an object that maps the step's hashed id or its id in the
   * code to `{ data }` or `{ error }`. A step whose id occurs again has ":1", ":2", … after its id.
   */
  steps: readonly FixtureStep[] | Readonly<Record<string, unknown>>;
}

/** A recorded step, parsed. */
export interface RecordedStep {
  /** The hashed id. */
  id: string;
  name: string;
  /** The memoized result that calls contain; undefined if the step has no output. */
  memo: { data: unknown } | { error: StepError } | undefined;
}

/** A recorded run, parsed. */
export interface Recording {
  function: string | undefined;
  events: Required<Pick<FixtureEvent, 'name' | 'data' | 'id' | 'ts'>>[];
  steps: RecordedStep[];
}

/** Parses a fixture. @throws TypeError if it is invalid, with the reason */
export function readFixture(fixture: RunFixture): Recording {
  if (!isRecord(fixture)) throw new TypeError('A fixture must be an object with "events" and "steps".');
  const events = fixture.events ?? (fixture.event === undefined ? [] : [fixture.event]);
  if (!Array.isArray(events) || events.length === 0) {
    throw new TypeError('The fixture has no event: add "event", or "events" with at least one.');
  }
  return {
    function: fixture.function,
    events: events.map(readEvent),
    steps: stepsOf(fixture.steps),
  };
}

/** The hashed id of a step, from its id in the code. */
export function hashOf(id: string): string {
  return /^[0-9a-f]{40}$/.test(id) ? id : createHash('sha1').update(id).digest('hex');
}

function readEvent(event: unknown, index: number): Recording['events'][number] {
  if (!isRecord(event) || typeof event['name'] !== 'string') {
    throw new TypeError(`The fixture's event ${index} has no name.`);
  }
  const { name, data = {}, id = `event-${index}`, ts = 0 } = event as unknown as FixtureEvent;
  return { user: {}, ...event, name, data, id, ts } as Recording['events'][number];
}

function stepsOf(steps: unknown): RecordedStep[] {
  const list: unknown[] = Array.isArray(steps) ? steps : listOf(steps);
  const occurrences = new Map<string, number>();
  const recorded = list.map((step, index): RecordedStep => {
    if (!isRecord(step)) throw new TypeError(`The fixture's step ${index} is not an object.`);
    const { id, name } = step;
    const known = id ?? name;
    if (typeof known !== 'string' || known === '') {
      throw new TypeError(`The fixture's step ${index} has neither "id" nor "name".`);
    }
    return {
      id: hashOf(id === undefined ? numbered(known, occurrences) : known),
      name: typeof name === 'string' ? name : known,
      memo: memoOf(step),
    };
  });
  const twice = recorded.find(({ id }, index) => recorded.findIndex((step) => step.id === id) < index);
  if (twice) throw new TypeError(`The fixture has the step "${twice.name}" twice.`);
  return recorded;
}

function listOf(steps: unknown): FixtureStep[] {
  if (!isRecord(steps)) throw new TypeError('The fixture\'s "steps" must be a list or an object.');
  return Object.entries(steps).map(([id, value]) => ({ id, ...outputOf(value) }));
}

/** Returns `{data}` and `{error}` unchanged. Any other value is the result of a sleep or a wait. */
function outputOf(value: unknown): Pick<FixtureStep, 'data' | 'error'> {
  const isOutput =
    isRecord(value) && Object.keys(value).length === 1 && ('data' in value || 'error' in value);
  return isOutput ? value : { data: value };
}

/** Numbers repeated ids, like the SDK: "load", "load:1", "load:2". */
function numbered(id: string, occurrences: Map<string, number>): string {
  const before = occurrences.get(id) ?? 0;
  occurrences.set(id, before + 1);
  return before === 0 ? id : `${id}:${before}`;
}

function memoOf({ data, error }: Record<string, unknown>): RecordedStep['memo'] {
  if (typeof error === 'string') return { error: { name: 'Error', message: error } };
  if (isRecord(error)) return { error };
  return data === undefined ? undefined : { data };
}
