import {
  isInt,
  isIP,
  isURL,
  IsOptional,
  ValidateBy,
  ValidateIf,
  type ValidationArguments,
} from 'class-validator';
import { Transform } from 'class-transformer';
import { DurationError, parseDuration } from '../common/duration.js';
import { isDeployment } from '../common/deployment.js';
import { isEventKey } from '../common/event-key.js';

/** Hexadecimal of even length, as `inngest start --signing-key` wants it, or Inngest Cloud's prefixed form of it. */
const SIGNING_KEY = /^(signkey-\w+-)?([0-9a-f]{2})+$/i;

const SECOND_MS = 1_000;
const HOUR_MS = 60 * 60 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '0.0.0.0', '[::1]'];

const HOST_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

/**
 * The environment variables of the worker, as `.env.example` lists them. An instance is made from strings, with
 * empty ones left out; a variable that is not given keeps its default.
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

  @IsOptional()
  @Transform(({ value }) => integer(value))
  @Must(isPort, 'a port: a whole number from 0 (any free port) to 65535, such as METRICS_PORT=9464')
  @Must(
    (value, env) => value === 0 || value !== env.PORT,
    'another port than PORT: the worker listens there, and answers /metrics itself without METRICS_PORT',
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
    'text (lines for people) or json (an object a line, for programs)',
  )
  LOG_FORMAT?: 'text' | 'json';

  @Transform(({ value }) => duration(value))
  @Must(isDuration, 'a duration of at least a second, such as SHUTDOWN_GRACE=8s')
  SHUTDOWN_GRACE: number = 8 * SECOND_MS;

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
    'an event key of the Inngest that INNGEST_DEV=false talks to, without spaces, "/", "\\", "?", "#" or "%"',
    { secret: true },
  )
  INNGEST_EVENT_KEY?: string;

  @ValidateIf((env: Environment) => env.INNGEST_SIGNING_KEY !== undefined || !env.INNGEST_DEV)
  @Must(
    (value) => typeof value === 'string' && SIGNING_KEY.test(value),
    'a signing key: an even number of hexadecimal digits, with or without a prefix like "signkey-prod-"',
    { secret: true },
  )
  INNGEST_SIGNING_KEY?: string;

  @Transform(({ value }) => boolean(value))
  @Must(
    (value) => typeof value === 'boolean',
    'true or false; the address of an Inngest server belongs into INNGEST_URL',
  )
  INNGEST_DEV!: boolean;

  @IsOptional()
  @Must(
    isOrigin,
    'the http(s) address of an Inngest server without a path, such as INNGEST_URL=http://localhost:8288',
  )
  @Must(
    (value, env) => !isWorker(value, env),
    'the address of an Inngest server: the worker itself has this one',
  )
  INNGEST_URL?: string;

  @Transform(({ value }) => integer(value))
  @Must(isPort, 'a port: a whole number from 0 (any free port) to 65535, such as INNGEST_EMBEDDED_PORT=8288')
  @Must(
    (value, env) => !usesEmbeddedServer(env) || value === 0 || value !== env.PORT,
    'another port than PORT: the worker listens there',
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
    'normal (survives the end of the process) or full (survives a power cut too, and is slower)',
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
  @Must(
    isOrigin,
    'the http(s) address without a path at which Inngest reaches this worker, ' +
      'such as INNGEST_SERVE_ORIGIN=http://host.docker.internal:3001',
  )
  INNGEST_SERVE_ORIGIN?: string;

  @IsOptional()
  @Must(isFile, 'a file, such as DEMO_TASK_JOURNAL=/tmp/steps.jsonl')
  DEMO_TASK_JOURNAL?: string;
}

/** Whether these variables ask for the server in this process. It is a development tool: never with INNGEST_DEV=false. */
export function usesEmbeddedServer(env: Environment): boolean {
  return env.INNGEST_DEV && env.INNGEST_URL === undefined;
}

/**
 * A rule with its fix: the message says what the variable must be, and what it is now unless that is a secret.
 */
function Must(
  holds: (value: unknown, env: Environment) => boolean,
  what: string,
  { secret = false }: { secret?: boolean } = {},
): PropertyDecorator {
  const is = (value: unknown): string => {
    if (value === undefined) return 'is missing';
    return secret ? 'is not usable' : `is ${JSON.stringify(value)}`;
  };
  return ValidateBy({
    name: what,
    validator: {
      validate: (value: unknown, args) => holds(value, args?.object as Environment),
      defaultMessage: (args?: ValidationArguments) => `${is(args?.value)}; it must be ${what}.`,
    },
  });
}

function isPort(value: unknown): boolean {
  return isInt(value) && (value as number) >= 0 && (value as number) <= 65_535;
}

function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value >= 1_000;
}

function isFile(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('\0') && !/[/\\]$/.test(value);
}

function isHost(value: unknown): boolean {
  return typeof value === 'string' && (isIP(value) || HOST_NAME.test(value));
}

function isHostList(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => name === '*' || isHost(name));
}

/** The SDK joins its paths to the origin alone, so a path would be lost without a word. */
function isOrigin(value: unknown): boolean {
  if (!isURL(value as string, { protocols: ['http', 'https'], require_protocol: true, require_tld: false })) {
    return false;
  }
  const { pathname, search, hash, username, password } = new URL(value as string);
  return pathname === '/' && search + hash + username + password === '';
}

/** Whether a URL is where the worker listens. The worker takes no events, and would be asked to take its own. */
function isWorker(value: unknown, { HOST, PORT }: Environment): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const url = new URL(value);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return port === PORT && [...LOCAL_HOSTS, HOST.toLowerCase()].includes(url.hostname);
}

/** A whole number from its digits; anything else stays as it is, for the rule to name. */
function integer(value: unknown): unknown {
  return typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
}

/** The parts of a list with commas; anything else stays as it is, for the rule to name. */
function list(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Milliseconds of a duration; anything else stays as it is, for the rule to name. */
function duration(value: unknown): unknown {
  try {
    return typeof value === 'string' ? parseDuration(value.trim()) : value;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    return value;
  }
}

/** As {@link duration}; a number alone is seconds, as the Dev Server's `--retry-interval` has it. */
function secondsOrDuration(value: unknown): unknown {
  return duration(typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? `${value.trim()}s` : value);
}

function boolean(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const word = value.trim().toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  return value;
}
