import { IsOptional, ValidateIf } from 'class-validator';
import { Transform } from 'class-transformer';
import { isDeployment } from '../common/deployment.js';
import { isEventKey } from '../common/event-key.js';
import { isLoopback } from '../common/loopback.js';
import {
  boolean,
  duration,
  integer,
  isCount,
  isDuration,
  isFile,
  isHost,
  isHostList,
  isOrigin,
  isOriginList,
  isPassword,
  isPort,
  isSigningKey,
  isTokenList,
  list,
  Must,
  secondsOrDuration,
} from './rules.js';

const SECOND_MS = 1_000;
const HOUR_MS = 60 * 60 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '0.0.0.0', '[::1]'];

/**
 * The environment variables of the worker, as `.env.example` lists them. An instance is created from their non-empty
 * texts. A variable that is not set keeps its default.
 */
export class Environment {
  @Transform(({ value }) => integer(value))
  @Must(isPort, 'a port: a whole number from 0 (any free port) to 65535, such as PORT=3001')
  PORT: number = 3001;

  @Must(
    isHost,
    'a host name or IP address to listen on, such as HOST=127.0.0.1 (or 0.0.0.0 for every network)',
  )
  HOST: string = '127.0.0.1';

  @IsOptional()
  @Transform(({ value }) => list(value))
  @Must(
    isHostList,
    'host names or IP addresses without ports, separated by commas, such as ALLOWED_HOSTS=tasks.example.com,10.0.0.5 ' +
      '(or * for every name)',
  )
  ALLOWED_HOSTS?: readonly string[];

  @ValidateIf((env: Environment) => env.API_TOKENS !== undefined || needsApiTokens(env))
  @Transform(({ value }) => list(value))
  @Must(isTokenList, apiTokensFix, { secret: true })
  API_TOKENS?: readonly string[];

  @IsOptional()
  @Transform(({ value }) => list(value))
  @Must(
    isOriginList,
    'the http(s) origins of the pages that may call the worker, separated by commas, without paths or "*", such as ' +
      'CORS_ORIGINS=https://app.example.com,http://localhost:5173',
  )
  CORS_ORIGINS?: readonly string[];

  @Transform(({ value }) => integer(value))
  @Must(isCount, 'a whole number of requests, such as REQUEST_LIMIT=3000 (0 sets no limit)')
  REQUEST_LIMIT: number = 3_000;

  @Transform(({ value }) => duration(value))
  @Must(isDuration, 'a duration of at least a second, such as REQUEST_LIMIT_WINDOW=1m')
  REQUEST_LIMIT_WINDOW: number = 60 * SECOND_MS;

  @IsOptional()
  @Transform(({ value }) => integer(value))
  @Must(isPort, 'a port: a whole number from 0 (any free port) to 65535, such as METRICS_PORT=9464')
  @Must(
    (value, env: Environment) => value === 0 || value !== env.PORT,
    'a port that differs from PORT, on which the worker listens (without METRICS_PORT, PORT serves /metrics)',
  )
  METRICS_PORT?: number;

  @Must(
    isHost,
    'a host name or IP address to listen on, such as METRICS_HOST=127.0.0.1 (or 0.0.0.0 for every network)',
  )
  METRICS_HOST: string = '127.0.0.1';

  @IsOptional()
  @Must(
    (value) => value === 'text' || value === 'json',
    'text (lines for people) or json (one object per line, for programs)',
  )
  LOG_FORMAT?: 'text' | 'json';

  @Transform(({ value }) => duration(value))
  @Must(isDuration, 'a duration of at least a second, such as SHUTDOWN_GRACE=8s')
  SHUTDOWN_GRACE: number = 8 * SECOND_MS;

  @Transform(({ value }) => boolean(value))
  @Must((value) => typeof value === 'boolean', 'true (GraphQL is served at /graphql) or false')
  GRAPHQL: boolean = true;

  @IsOptional()
  @Transform(({ value }) => boolean(value))
  @Must((value) => typeof value === 'boolean', 'true (clients may read the GraphQL schema) or false')
  GRAPHQL_INTROSPECTION?: boolean;

  @Must(
    (value) => typeof value === 'string' && /^[\w.-]+$/.test(value),
    'a name of letters, digits, ".", "_" and "-", such as INNGEST_APP_ID=algojuke-worker',
  )
  INNGEST_APP_ID: string = 'algojuke-worker';

  @IsOptional()
  @Transform(({ value }) => integer(value))
  @Must(isDeployment, 'a whole number, larger for every rollout, such as DEPLOYMENT=42')
  DEPLOYMENT?: number;

  @ValidateIf((env: Environment) => env.INNGEST_EVENT_KEY !== undefined || !env.INNGEST_DEV)
  @Must(
    (value) => typeof value === 'string' && isEventKey(value),
    'an event key of the Inngest that INNGEST_DEV=false uses, without spaces, "/", "\\", "?", "#" or "%"',
    { secret: true },
  )
  INNGEST_EVENT_KEY?: string;

  @ValidateIf((env: Environment) => env.INNGEST_SIGNING_KEY !== undefined || !env.INNGEST_DEV)
  @Must(
    isSigningKey,
    'a signing key: an even number of hexadecimal digits, with or without a prefix like "signkey-prod-"',
    { secret: true },
  )
  INNGEST_SIGNING_KEY?: string;

  @IsOptional()
  @Must(
    isSigningKey,
    'the previous signing key, in the form of INNGEST_SIGNING_KEY, while you replace the key',
    { secret: true },
  )
  @Must(
    (_value, { INNGEST_SIGNING_KEY }: Environment) => INNGEST_SIGNING_KEY !== undefined,
    'left out without INNGEST_SIGNING_KEY, because it is the previous value of that key',
    { secret: true },
  )
  INNGEST_SIGNING_KEY_FALLBACK?: string;

  @Transform(({ value }) => boolean(value))
  @Must(
    (value) => typeof value === 'boolean',
    'true or false; set the address of an Inngest server in INNGEST_URL',
  )
  INNGEST_DEV!: boolean;

  @IsOptional()
  @Must(
    isOrigin,
    'the http(s) address of an Inngest server without a path, such as INNGEST_URL=http://localhost:8288',
  )
  @Must(
    (value, env: Environment) => !isWorker(value, env),
    'the address of an Inngest server; this is the address of the worker',
  )
  INNGEST_URL?: string;

  @Transform(({ value }) => integer(value))
  @Must(isPort, 'a port: a whole number from 0 (any free port) to 65535, such as INNGEST_EMBEDDED_PORT=8288')
  @Must(
    (value, env: Environment) => !usesEmbeddedServer(env) || value === 0 || value !== env.PORT,
    'a port that differs from PORT, on which the worker listens',
  )
  INNGEST_EMBEDDED_PORT: number = 8288;

  @Must(isFile, 'a file, such as INNGEST_EMBEDDED_DATA=.inngest/inngest.db, or :memory: to keep nothing')
  INNGEST_EMBEDDED_DATA: string = '.inngest/inngest.db';

  @Transform(({ value }) => duration(value))
  @Must(
    isDuration,
    'a duration of at least a second, as numbers with units, such as INNGEST_EMBEDDED_RETENTION=30d (or 12h, 1d12h, 1w)',
  )
  INNGEST_EMBEDDED_RETENTION: number = 30 * DAY_MS;

  @Must(
    (value) => value === 'normal' || value === 'full',
    'normal (changes survive the end of the process) or full (they also survive a power cut; slower)',
  )
  INNGEST_EMBEDDED_SYNCHRONOUS: 'normal' | 'full' = 'normal';

  @Transform(({ value }) => duration(value))
  @Must(
    isDuration,
    'a duration of at least a second, as numbers with units, such as INNGEST_EMBEDDED_REQUEST_TIMEOUT=2h (or 90s, 1h30m)',
  )
  INNGEST_EMBEDDED_REQUEST_TIMEOUT: number = 2 * HOUR_MS;

  @IsOptional()
  @Transform(({ value }) => secondsOrDuration(value))
  @Must(
    isDuration,
    'a duration of at least a second, such as INNGEST_EMBEDDED_RETRY_INTERVAL=1s (a number alone is seconds)',
  )
  INNGEST_EMBEDDED_RETRY_INTERVAL?: number;

  @IsOptional()
  @Must(isPassword, 'a password of at least 8 characters for the dashboard', { secret: true })
  DASHBOARD_PASSWORD?: string;

  @IsOptional()
  @Must(
    isOrigin,
    'the http(s) address without a path at which people open the dashboard, if it is behind a proxy, ' +
      'such as DASHBOARD_ORIGIN=https://inngest.example.com',
  )
  DASHBOARD_ORIGIN?: string;

  @IsOptional()
  @Must(
    isOrigin,
    'the http(s) address without a path at which Inngest reaches this worker, ' +
      'such as INNGEST_SERVE_ORIGIN=http://host.docker.internal:3001',
  )
  INNGEST_SERVE_ORIGIN?: string;

  @Must(
    (value) => value === 'serve' || value === 'connect',
    'serve (Inngest calls the worker over HTTP) or connect (the worker opens a connection and receives its calls over it)',
  )
  INNGEST_TRANSPORT: 'serve' | 'connect' = 'serve';

  @IsOptional()
  @Transform(({ value }) => integer(value))
  @Must(
    (value) => isCount(value) && value !== 0,
    'how many calls a connected worker executes at the same time, such as INNGEST_CONNECT_MAX_WORKER_CONCURRENCY=10',
  )
  INNGEST_CONNECT_MAX_WORKER_CONCURRENCY?: number;

  @IsOptional()
  @Transform(({ value }) => boolean(value))
  @Must(
    (value) => typeof value === 'boolean',
    'true (the connection runs in a separate thread) or false (it runs in the thread of the functions)',
  )
  INNGEST_CONNECT_ISOLATE_EXECUTION?: boolean;

  @IsOptional()
  @Must(
    (value) => typeof value === 'string' && URL.canParse(value) && /^wss?:$/.test(new URL(value).protocol),
    'the ws(s) address of the gateway, if it differs from the one that Inngest names, such as ' +
      'INNGEST_CONNECT_GATEWAY_URL=ws://localhost:8289/v0/connect',
  )
  INNGEST_CONNECT_GATEWAY_URL?: string;

  @IsOptional()
  @Must(isFile, 'a file, such as DEMO_TASK_JOURNAL=/tmp/steps.jsonl')
  DEMO_TASK_JOURNAL?: string;
}

/** Whether these variables select the embedded server. It is for development only, so never with INNGEST_DEV=false. */
export function usesEmbeddedServer(env: Environment): boolean {
  return env.INNGEST_DEV && env.INNGEST_URL === undefined;
}

/** Whether clients on other machines can reach the worker, so that tokens are required. */
function needsApiTokens({ INNGEST_DEV, HOST }: Environment): boolean {
  return !INNGEST_DEV || (isHost(HOST) && !isLoopback(HOST));
}

function apiTokensFix(env: Environment): string {
  const why = env.INNGEST_DEV ? `because HOST=${env.HOST} lets other machines in` : 'with INNGEST_DEV=false';
  return (
    'one or more tokens, separated by commas, each of at least 16 letters, digits, ".", "_", "~", "+", "/" or "-"' +
    (needsApiTokens(env) ? `. It is required ${why}. ` : '. ') +
    `Make one: node -p "crypto.randomBytes(32).toString('hex')"`
  );
}

/** Whether a URL is the worker's own address. The worker would then send its events to itself and fail. */
function isWorker(value: unknown, { HOST, PORT }: Environment): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const url = new URL(value);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return port === PORT && [...LOCAL_HOSTS, HOST.toLowerCase()].includes(url.hostname);
}
