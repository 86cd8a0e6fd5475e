import { parseArgs } from 'node:util';
import { DEMO_TASK_THROTTLE } from '../probe/promised-limits.js';
import { PROMISES } from '../promises/index.js';
import type { InngestPromise } from '../checking/promise.js';
import { UsageError } from './usage.error.js';

/** The options of the command line. */
export interface CommandOptions {
  /** The URL of the Inngest to validate. Absent: the embedded server, in virtual time. */
  readonly url?: string;
  /** The URL of a running worker. Absent: the command starts one. */
  readonly worker?: string;
  readonly app?: string;
  readonly journal?: string;
  readonly eventKey?: string;
  readonly signingKey?: string;
  readonly serveOrigin?: string;
  /**
   * The API_TOKENS, separated by commas, of the worker that the command starts. Absent: the command generates a token.
   */
  readonly apiTokens?: string;
  readonly promises: readonly InngestPromise[];
  readonly seed: number;
  /** The number of tasks of the flood, which tests throttle, concurrency and priority. */
  readonly tasks: number;
  readonly details: boolean;
  readonly json: boolean;
  readonly html?: string;
}

const OPTIONS = {
  url: { type: 'string' },
  worker: { type: 'string' },
  app: { type: 'string' },
  journal: { type: 'string' },
  'event-key': { type: 'string' },
  'signing-key': { type: 'string' },
  'serve-origin': { type: 'string' },
  only: { type: 'string', multiple: true },
  seed: { type: 'string' },
  tasks: { type: 'string' },
  details: { type: 'boolean' },
  json: { type: 'boolean' },
  html: { type: 'string' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * @param env the source of keys and addresses that the command line does not contain
 * @param randomSeed returns the seed if the command line contains none
 * @returns `help` or `list` if the user requested one of them
 * @throws UsageError
 */
export function parseOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  randomSeed: () => number,
): CommandOptions | 'help' | 'list' {
  const values = parse(args);
  if (values.help) return 'help';
  if (values.list) return 'list';
  const { worker, app, journal, html } = values;
  if (values.url === undefined) {
    const lost = (['worker', 'app', 'journal', 'event-key', 'signing-key', 'serve-origin'] as const).find(
      (name) => values[name] !== undefined,
    );
    if (lost) throw new UsageError(`--${lost} needs --url: without it everything runs in this process.`);
  }
  if (worker === undefined && (app ?? journal) !== undefined) {
    throw new UsageError('--app and --journal say something of a running worker: name it with --worker.');
  }
  const given = (value: string | undefined, name: string): string | undefined =>
    value ?? (values.url === undefined ? undefined : env[name] || undefined);
  return compact({
    url: values.url && originOf(values.url, '--url'),
    worker: worker && originOf(worker, '--worker'),
    app,
    journal,
    eventKey: given(values['event-key'], 'INNGEST_EVENT_KEY'),
    signingKey: given(values['signing-key'], 'INNGEST_SIGNING_KEY'),
    serveOrigin: worker === undefined ? given(values['serve-origin'], 'INNGEST_SERVE_ORIGIN') : undefined,
    apiTokens: given(undefined, 'API_TOKENS'),
    promises: chosen(values.only),
    seed: values.seed === undefined ? randomSeed() : seedOf(values.seed),
    // In virtual time more tasks cost no time, and show more of the throttle's long-term behaviour.
    tasks: tasksOf(values.tasks, values.url === undefined ? 50 : 30),
    details: values.details ?? false,
    json: values.json ?? false,
    html,
  });
}

function parse(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function chosen(only: readonly string[] | undefined): readonly InngestPromise[] {
  if (only === undefined) return PROMISES;
  const ids = only.flatMap((list) => list.split(',')).map((id) => id.trim());
  const unknown = ids.find((id) => !PROMISES.some((promise) => promise.id === id));
  if (unknown !== undefined) {
    throw new UsageError(
      `There is no promise "${unknown}". These there are: ${PROMISES.map(({ id }) => id).join(', ')}.`,
    );
  }
  return PROMISES.filter(({ id }) => ids.includes(id));
}

function originOf(text: string, option: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url.origin;
  throw new UsageError(
    `${option} must be an http(s) address, such as ${option} http://localhost:8288, not "${text}".`,
  );
}

function seedOf(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new UsageError(`--seed must be a whole number, not "${text}".`);
}

function tasksOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const tasks = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (tasks > DEMO_TASK_THROTTLE.limit) return tasks;
  throw new UsageError(
    `--tasks must be a number above ${DEMO_TASK_THROTTLE.limit}, not "${text}": with fewer none has to wait.`,
  );
}

/** Returns a copy without the undefined members. */
function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
