import { compileExpression, type Expression } from '../expressions/index.js';
import { parseFlowControl, type FlowControl } from '../flow-control/index.js';
import { isRecord } from '../protocol/ops.js';
import type { App, FunctionRecord } from '../store/app.store.js';
import { InvalidFunctionError } from './invalid-function.error.js';
import { parseSchedule, type Schedule } from './schedule.js';

export type Trigger =
  | { kind: 'event'; event: string; source?: string; condition?: Expression }
  | { kind: 'cron'; cron: string; schedule: Schedule };

/** A registered function, ready for use: parsed, checked, its expressions compiled. */
export interface AppFunction {
  /** UUID. */
  id: string;
  /** `<app>-<function>`: what the SDK calls it. */
  slug: string;
  /** The slug without its app: what the runs API calls it. */
  shortId: string;
  name: string;
  app: App;
  /** Where it is called, without the step's id. */
  url: string;
  /** Retries + 1. */
  maxAttempts: number;
  retriesAreDefault: boolean;
  triggers: Trigger[];
  flow: FlowControl;
  config: Record<string, unknown>;
  createdAt: number;
  archivedAt: number | null;
}

/** Retries of a function that does not name a number, as measured on Inngest 1.43. */
const DEFAULT_RETRIES = 4;
const MAX_RETRIES = 20;

/**
 * Makes a registered function ready for use.
 *
 * @throws InvalidFunctionError with everything that is wrong with it or that this server cannot do
 */
export function parseFunction(record: FunctionRecord, app: App): AppFunction {
  const config = JSON.parse(record.config) as Record<string, unknown>;
  const mistakes: string[] = [];
  const attempt = <T>(what: string, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      mistakes.push(`${what}: ${(error as Error).message}`);
      return undefined;
    }
  };
  const steps = isRecord(config['steps']) ? Object.values(config['steps']).filter(isRecord) : [];
  const step = steps[0];
  const runtime = isRecord(step?.['runtime']) ? step['runtime'] : {};
  const url = attempt('steps.step.runtime.url', () => parseUrl(runtime['url']));
  if (steps.length !== 1) mistakes.push(`steps: expected exactly one, got ${steps.length}.`);
  if (runtime['type'] === 'ws') {
    mistakes.push('connect() is not available on the embedded Inngest; serve over HTTP, or set INNGEST_URL.');
  }
  const retries = isRecord(step?.['retries']) ? step['retries']['attempts'] : undefined;
  if (
    retries !== undefined &&
    !(Number.isInteger(retries) && Number(retries) >= 0 && Number(retries) <= MAX_RETRIES)
  ) {
    mistakes.push(
      `retries: must be a whole number from 0 to ${MAX_RETRIES}, got ${JSON.stringify(retries)}.`,
    );
  }
  const triggers = (Array.isArray(config['triggers']) ? config['triggers'] : []).map((raw, index) =>
    attempt(`triggers[${index}]`, () => parseTrigger(raw)),
  );
  const flow = attempt('flow control', () => parseFlowControl(record.id, config));
  if (mistakes.length > 0 || !flow || !url) throw new InvalidFunctionError(record.slug, mistakes);
  return {
    id: record.id,
    slug: record.slug,
    shortId: record.slug.startsWith(`${app.name}-`) ? record.slug.slice(app.name.length + 1) : record.slug,
    name: record.name,
    app,
    url,
    maxAttempts: (retries === undefined ? DEFAULT_RETRIES : Number(retries)) + 1,
    retriesAreDefault: retries === undefined,
    triggers: triggers.filter((trigger) => trigger !== undefined),
    flow,
    config,
    createdAt: record.createdAt,
    archivedAt: record.archivedAt,
  };
}

/** Whether an event of this name is one that a trigger names, exactly or by a trailing wildcard. */
export function matchesName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function parseTrigger(raw: unknown): Trigger {
  if (isRecord(raw) && typeof raw['cron'] === 'string') {
    return { kind: 'cron', cron: raw['cron'], schedule: parseSchedule(raw['cron'], raw['jitter']) };
  }
  if (!isRecord(raw) || typeof raw['event'] !== 'string' || raw['event'] === '') {
    throw new Error('must name an event or a cron schedule.');
  }
  const star = raw['event'].indexOf('*');
  if (star >= 0 && star !== raw['event'].length - 1) {
    throw new Error(`"${raw['event']}": a wildcard may only stand at the end.`);
  }
  const source = raw['expression'];
  return {
    kind: 'event',
    event: raw['event'],
    ...(typeof source === 'string' && source !== '' && { source, condition: compileExpression(source) }),
  };
}

function parseUrl(raw: unknown): string {
  const url = new URL(String(raw));
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error(`"${url.href}" is not an http(s) URL.`);
  return url.href;
}
