import { isInt, isIP, isURL, ValidateBy, type ValidationArguments } from 'class-validator';
import { DurationError, parseDuration } from '../common/duration.js';

const HOST_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

/** A token that is valid in `Authorization: Bearer` (RFC 6750) and too long to guess. */
const API_TOKEN = /^[\w.~+/-]{16,}=*$/;

/**
 * Hexadecimal digits of even length, as `inngest start --signing-key` requires, or the same with Inngest Cloud's
 * prefix.
 */
const SIGNING_KEY = /^(signkey-\w+-)?([0-9a-f]{2})+$/i;

/**
 * A validation rule. Its message says what the variable must be and, unless it is a secret, its current value.
 */
export function Must<Variables extends object>(
  holds: (value: unknown, variables: Variables) => boolean,
  what: string | ((variables: Variables) => string),
  { secret = false }: { secret?: boolean } = {},
): PropertyDecorator {
  const is = (value: unknown): string => {
    if (value === undefined) return 'is missing';
    return secret ? 'is not usable' : `is ${JSON.stringify(value)}`;
  };
  return ValidateBy({
    name: typeof what === 'string' ? what : holds.name,
    validator: {
      validate: (value: unknown, args) => holds(value, args?.object as Variables),
      defaultMessage: (args?: ValidationArguments) => {
        const fix = typeof what === 'string' ? what : what(args?.object as Variables);
        return `${is(args?.value)}; it must be ${fix}${fix.endsWith(')"') ? '' : '.'}`;
      },
    },
  });
}

export function isPort(value: unknown): boolean {
  return isInt(value) && (value as number) >= 0 && (value as number) <= 65_535;
}

export function isCount(value: unknown): boolean {
  return isInt(value) && (value as number) >= 0;
}

export function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value >= 1_000;
}

export function isFile(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('\0') && !/[/\\]$/.test(value);
}

export function isHost(value: unknown): boolean {
  return typeof value === 'string' && (isIP(value) || HOST_NAME.test(value));
}

export function isHostList(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => name === '*' || isHost(name));
}

export function isSigningKey(value: unknown): boolean {
  return typeof value === 'string' && SIGNING_KEY.test(value);
}

export function isTokenList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((token) => typeof token === 'string' && API_TOKEN.test(token))
  );
}

export function isPassword(value: unknown): boolean {
  return typeof value === 'string' && value.length >= 8;
}

export function isOriginList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isOrigin);
}

/** Whether this is an origin. The SDK appends its paths to the origin and would drop a path silently. */
export function isOrigin(value: unknown): boolean {
  if (
    typeof value !== 'string' ||
    !isURL(value, { protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  ) {
    return false;
  }
  const { pathname, search, hash, username, password } = new URL(value);
  return pathname === '/' && search + hash + username + password === '';
}

/** Parses a whole number. Returns any other value unchanged, so that the rule can name it. */
export function integer(value: unknown): unknown {
  return typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
}

/** Parses a list with commas. Returns any other value unchanged, so that the rule can name it. */
export function list(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Parses a duration to milliseconds. Returns any other value unchanged, so that the rule can name it. */
export function duration(value: unknown): unknown {
  try {
    return typeof value === 'string' ? parseDuration(value.trim()) : value;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    return value;
  }
}

/** Like {@link duration}. A number without a unit is in seconds, as in the Dev Server's `--retry-interval`. */
export function secondsOrDuration(value: unknown): unknown {
  return duration(typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? `${value.trim()}s` : value);
}

export function boolean(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const word = value.trim().toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  return value;
}
