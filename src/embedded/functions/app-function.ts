import { FlowControlConfigError, parseFlowControl, type FlowControl } from '../flow-control/index.js';
import { isRecord } from '../../common/is-record.js';
import { isConnectUrl } from '../protocol/connect/connect-url.js';
import { respelled, unknownKeys, valueOf } from '../protocol/spelling.js';
import { unstorable } from '../protocol/storable-text.js';
import { isDamaged, readStoredRecord } from '../store/stored-json.js';
import type { App, FunctionRecord } from '../store/app.store.js';
import { InvalidFunctionError } from './invalid-function.error.js';
import { parseTriggers, type Trigger } from './trigger.js';

/** A registered function, parsed and checked, with its expressions compiled. */
export interface AppFunction {
  /** UUID. */
  id: string;
  /** `<app>-<function>`, the id in the protocol. */
  slug: string;
  /** The slug without the app's name, the id in the v2 API. */
  shortId: string;
  name: string;
  app: App;
  /** The URL of its calls, without the id of a step. A ws(s) URL means that it is called over a connection of its app. */
  url: string;
  /** Retries + 1. */
  maxAttempts: number;
  retriesAreDefault: boolean;
  triggers: Trigger[];
  flow: FlowControl;
  config: Record<string, unknown>;
  /** The JSON text of `config`. */
  configText: string;
  createdAt: number;
  archivedAt: number | null;
}

/** The retries of a function that configures none, as measured on Inngest 1.43. */
const DEFAULT_RETRIES = 4;
const MAX_RETRIES = 20;

/**
 * The fields of a registered function. `checkpoint` shows in Inngest's dashboard how the SDK checkpoints, and `retries`
 * repeats the number in `steps`. Any other option is refused, because a newer server may act on it and this one cannot.
 */
const KNOWN_FIELDS = [
  'id',
  'name',
  'triggers',
  'steps',
  'retries',
  'checkpoint',
  'idempotency',
  'batchEvents',
  'rateLimit',
  'throttle',
  'concurrency',
  'debounce',
  'priority',
  'timeouts',
  'singleton',
  'cancel',
];

/**
 * Parses a registered function.
 *
 * @throws InvalidFunctionError naming every mistake, and every option that this server does not support
 */
export function parseFunction(record: FunctionRecord, app: App): AppFunction {
  const stored = readStoredRecord(record.config);
  if (isDamaged(stored)) {
    throw new InvalidFunctionError(record.slug, [
      'its row in the data file is damaged. The app registers the function again when it starts.',
    ]);
  }
  const config = respelled(stored, KNOWN_FIELDS);
  const mistakes = unknownKeys(config, KNOWN_FIELDS).map(
    (key) =>
      `${key}: the embedded Inngest does not support this option; an Inngest server at INNGEST_URL may.`,
  );
  const onMistake = (mistake: string): unknown => mistakes.push(mistake);
  for (const [field, text] of Object.entries({ id: record.slug, name: record.name })) {
    const problem = unstorable(text);
    if (problem !== undefined) onMistake(`${field}: ${JSON.stringify(text)} ${problem}.`);
  }
  const { name = null } = config;
  if (name !== null && typeof name !== 'string') onMistake('name: must be a string.');
  const { url, retries } = parseStep(config, onMistake);
  const triggers = parseTriggers(config['triggers'], onMistake);
  const flow = flowControlOf(record.slug, config, onMistake);
  if (mistakes.length > 0 || !flow) throw new InvalidFunctionError(record.slug, mistakes);
  return {
    id: record.id,
    slug: record.slug,
    shortId: record.slug.startsWith(`${app.name}-`) ? record.slug.slice(app.name.length + 1) : record.slug,
    name: record.name,
    app,
    url,
    maxAttempts: (retries ?? DEFAULT_RETRIES) + 1,
    retriesAreDefault: retries === undefined,
    triggers,
    flow,
    config,
    configText: record.config,
    createdAt: record.createdAt,
    archivedAt: record.archivedAt,
  };
}

/** Whether `text` is a URL at which an app can be called over HTTP. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Parses `steps`. The protocol uses this name for the URL of the function's calls, of which there is exactly one. */
function parseStep(
  { steps: raw, retries }: Record<string, unknown>,
  onMistake: (mistake: string) => unknown,
): { url: string; retries: number | undefined } {
  const steps = isRecord(raw) ? Object.values(raw) : [];
  const step = isRecord(steps[0]) ? steps[0] : {};
  if (steps.length !== 1) onMistake(`steps: expected exactly one, got ${steps.length}.`);
  const runtime = valueOf(step, 'runtime');
  const url = parseRuntime(isRecord(runtime) ? runtime : {}, onMistake);
  // The number beside the step counts only if the step has none.
  return { url, retries: parseStepRetries(valueOf(step, 'retries') ?? { attempts: retries }, onMistake) };
}

/** Parses the URL. Some SDKs send no type; then the scheme of the URL decides. */
function parseRuntime(runtime: Record<string, unknown>, onMistake: (mistake: string) => unknown): string {
  const type = valueOf(runtime, 'type') ?? 'http';
  const url = valueOf(runtime, 'url') ?? null;
  if (type !== 'http' && type !== 'ws') {
    onMistake(`steps.step.runtime.type: must be "http" or "ws", got ${JSON.stringify(type)}.`);
  }
  // The JavaScript SDK sends the type "http" for failure handlers of apps that connect, but with the right URL.
  if (typeof url === 'string' && (isConnectUrl(url) || (type !== 'ws' && isHttpUrl(url)))) return url;
  const scheme = type === 'ws' ? 'a ws(s)' : 'an http(s)';
  onMistake(`steps.step.runtime.url: ${JSON.stringify(url)} is not ${scheme} URL.`);
  return '';
}

function parseStepRetries(raw: unknown, onMistake: (mistake: string) => unknown): number | undefined {
  if (!isRecord(raw)) {
    onMistake(`retries: must be an object with "attempts", got ${JSON.stringify(raw)}.`);
    return undefined;
  }
  const retries = valueOf(raw, 'attempts');
  if (retries === undefined) return undefined;
  if (!Number.isInteger(retries) || Number(retries) < 0 || Number(retries) > MAX_RETRIES) {
    onMistake(`retries: must be a whole number from 0 to ${MAX_RETRIES}, got ${JSON.stringify(retries)}.`);
  }
  return Number(retries);
}

function flowControlOf(
  slug: string,
  config: Record<string, unknown>,
  onMistake: (mistake: string) => unknown,
): FlowControl | undefined {
  try {
    return parseFlowControl(slug, config);
  } catch (error) {
    if (!(error instanceof FlowControlConfigError)) throw error;
    for (const { field, problem } of error.mistakes) onMistake(`${field} ${problem}.`);
    return undefined;
  }
}
