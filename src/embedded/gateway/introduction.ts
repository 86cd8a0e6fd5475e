import { isRecord } from '../../common/is-record.js';
import { isTooDeep } from '../../common/json-depth.js';
import { parseJson } from '../../common/parse-json.js';
import { MalformedMessageError } from '../protocol/connect/wire.js';
import { WorkerConnect } from '../protocol/connect/messages.js';
import { valueOf } from '../protocol/spelling.js';
import { isUlid } from '../store/ids.js';
import { RefusedWorkerError } from './refused-worker.error.js';

/** The largest number of apps of one connection, as on the real server. */
const MAX_APPS = 100;

/** The first message of a worker, which describes the worker and its apps. */
export interface Introduction {
  readonly connectionId: string;
  readonly instanceId: string;
  /** Infinity for no limit. */
  readonly maxConcurrency: number;
  /** Whether the worker reports later that it accepts calls. If not, it accepts calls from the start. */
  readonly reportsReady: boolean;
  readonly apps: readonly IntroducedApp[];
}

export interface IntroducedApp {
  readonly name: string;
  readonly slugs: ReadonlySet<string>;
  /** The body of its registration, without the app's URL. */
  readonly registration: Readonly<Record<string, unknown>>;
}

/**
 * Reads a worker's introduction. It checks the token before it parses the apps, which may be long.
 *
 * @param isGood whether the worker got this token for this connection
 * @throws RefusedWorkerError when the message is invalid or the token is not good
 */
export function readIntroduction(
  payload: Uint8Array,
  isGood: (sessionToken: string, connectionId: string) => boolean,
): Introduction {
  const data = decode(payload);
  if (!isUlid(data.connectionId)) throw invalid('Invalid connection ID in SDK connect message');
  if (data.instanceId === '') throw invalid('Missing instanceId in SDK connect message');
  if (data.apps.length === 0) throw invalid('Missing apps in SDK connect message');
  if (data.apps.length > MAX_APPS) {
    const message = `You exceeded the max. number of allowed apps per connection (${MAX_APPS})`;
    throw new RefusedWorkerError('connect_too_many_apps_per_connection', message);
  }
  if (!isGood(data.auth?.sessionToken ?? '', data.connectionId)) {
    throw new RefusedWorkerError('connect_authentication_failed', 'Authentication failed');
  }
  return {
    connectionId: data.connectionId,
    instanceId: data.instanceId,
    maxConcurrency:
      data.maxConcurrency !== undefined && data.maxConcurrency > 0 ? data.maxConcurrency : Infinity,
    reportsReady: data.manualReadiness,
    apps: data.apps.map((app) => appOf(app, data)),
  };
}

function decode(payload: Uint8Array): WorkerConnect {
  try {
    return WorkerConnect.decode(payload);
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    throw invalid('Invalid Protobuf in SDK connect message');
  }
}

function appOf(
  { appName, appVersion, functions: json }: WorkerConnect['apps'][number],
  { sdkLanguage, sdkVersion, framework }: WorkerConnect,
): IntroducedApp {
  const text = Buffer.from(json).toString('utf8');
  const functions = isTooDeep(text) ? undefined : parseJson(text);
  if (!Array.isArray(functions)) {
    const message = `Invalid function config: what the app "${appName}" sent is not a JSON array.`;
    throw new RefusedWorkerError('connect_invalid_function_config', message);
  }
  const slugs = functions.map((fn: unknown) => (isRecord(fn) ? valueOf(fn, 'id') : undefined));
  return {
    name: appName,
    slugs: new Set(slugs.filter((slug) => typeof slug === 'string')),
    registration: {
      appName,
      ...(appVersion !== undefined && { appVersion }),
      sdk: `${sdkLanguage}:${sdkVersion}`,
      framework: framework || 'connect',
      functions,
    },
  };
}

function invalid(message: string): RefusedWorkerError {
  return new RefusedWorkerError('connect_worker_hello_invalid_payload', message);
}
