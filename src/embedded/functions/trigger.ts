import { compileExpression, type Expression } from '../expressions/index.js';
import { isRecord } from '../../common/is-record.js';
import { isEmpty, unknownKeys, valueOf } from '../protocol/spelling.js';
import { unstorable } from '../protocol/storable-text.js';
import { parseSchedule, type Schedule } from './schedule.js';

/** Starts runs of a function. A function without a trigger can only be invoked. */
export type Trigger =
  | { kind: 'event'; event: string; source?: string; condition?: Expression }
  | { kind: 'cron'; cron: string; schedule: Schedule };

/** The limits of the real server. */
const MAX_TRIGGERS = 10;
const MAX_EVENT_NAME_LENGTH = 255;

/**
 * Parses the triggers of a function.
 *
 * @param onMistake called for each invalid trigger, which the result leaves out
 */
export function parseTriggers(raw: unknown, onMistake: (mistake: string) => void): Trigger[] {
  if (!Array.isArray(raw)) {
    if (raw !== undefined && raw !== null) onMistake('triggers: must be an array.');
    return [];
  }
  if (raw.length > MAX_TRIGGERS) {
    onMistake(`triggers: has ${raw.length}; at most ${MAX_TRIGGERS} are allowed.`);
  }
  const seen = new Set<string>();
  return raw.flatMap((one: unknown, index) => {
    try {
      const trigger = parseTrigger(one);
      const name = trigger.kind === 'cron' ? trigger.cron : JSON.stringify([trigger.event, trigger.source]);
      if (seen.has(name)) throw new Error('repeats an earlier trigger.');
      seen.add(name);
      return [trigger];
    } catch (error) {
      onMistake(`triggers[${index}]: ${(error as Error).message}`);
      return [];
    }
  });
}

/** Whether a trigger's event name matches the name of an event: it is the same, or has a wildcard at its end. */
export function matchesName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function parseTrigger(raw: unknown): Trigger {
  if (!isRecord(raw)) throw new Error('must be an object.');
  const cron = valueOf(raw, 'cron');
  if (!isEmpty(cron)) {
    refuseUnknown(raw, ['cron', 'jitter']);
    const jitter = valueOf(raw, 'jitter');
    if (typeof cron !== 'string') throw new Error('cron must be a string.');
    return { kind: 'cron', cron, schedule: parseSchedule(cron, isEmpty(jitter) ? undefined : jitter) };
  }
  refuseUnknown(raw, ['event', 'expression']);
  const event = valueOf(raw, 'event');
  if (typeof event !== 'string' || event === '') throw new Error('must name an event or a cron schedule.');
  const problem = unstorable(event);
  if (problem !== undefined) throw new Error(`${JSON.stringify(event)} ${problem}.`);
  if (event.length > MAX_EVENT_NAME_LENGTH) {
    throw new Error(`"${event}" is longer than ${MAX_EVENT_NAME_LENGTH} characters.`);
  }
  if (/\*(?!$)|[^/.]\*$|^\*/.test(event)) {
    throw new Error(`"${event}": a wildcard is allowed only at the end, after "/" or ".".`);
  }
  const source = valueOf(raw, 'expression') ?? '';
  if (typeof source !== 'string') throw new Error('expression must be a string.');
  return {
    kind: 'event',
    event,
    ...(source && { source, condition: compileExpression(source) }),
  };
}

function refuseUnknown(raw: Record<string, unknown>, known: readonly string[]): void {
  const [unknown] = unknownKeys(raw, known);
  if (unknown !== undefined)
    throw new Error(`"${unknown}" is unknown; the known fields are ${known.join(', ')}.`);
}
