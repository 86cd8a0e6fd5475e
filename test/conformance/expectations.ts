import { isRecord } from '../../src/common/is-record.js';

/** The server whose answers are checked. */
export interface Server {
  readonly kind: 'embedded' | 'real';
  /** How much later than expected something may happen, in milliseconds. 0 in virtual time. */
  readonly slackMs: number;
}

/** An expectation that is more than a value. Any other expected value must be equal, with exactly the same keys. */
export abstract class Matcher {
  /** @returns a line for each mismatch, beginning with `path`; an empty list when the value matches */
  abstract check(actual: unknown, path: string, server: Server): string[];
}

class Difference extends Matcher {
  constructor(
    private readonly real: unknown,
    private readonly embedded: unknown,
    readonly why: string | undefined,
  ) {
    super();
  }

  check(actual: unknown, path: string, server: Server): string[] {
    return mismatches(server.kind === 'real' ? this.real : this.embedded, actual, path, server);
  }
}

class AnyOrder extends Matcher {
  constructor(private readonly items: readonly unknown[]) {
    super();
  }

  check(actual: unknown, path: string, server: Server): string[] {
    if (!Array.isArray(actual)) return [`${path}: expected a list, got ${show(actual)}`];
    const left = [...(actual as unknown[])];
    const missing = this.items.filter((item) => {
      const found = left.findIndex((candidate) => mismatches(item, candidate, path, server).length === 0);
      if (found >= 0) left.splice(found, 1);
      return found < 0;
    });
    // Compares each missing item with a remaining one: the differences say more than "not found".
    const wrong = missing.flatMap((item, index) =>
      index < left.length
        ? mismatches(item, left[index], `${path}[?]`, server)
        : [`${path}: nothing like ${show(item)}`],
    );
    return [...wrong, ...left.slice(missing.length).map((extra) => `${path}: unexpected ${show(extra)}`)];
  }
}

class Including extends Matcher {
  constructor(private readonly fields: Record<string, unknown>) {
    super();
  }

  check(actual: unknown, path: string, server: Server): string[] {
    if (!isRecord(actual)) return [`${path}: expected an object, got ${show(actual)}`];
    return Object.entries(this.fields).flatMap(([key, expected]) =>
      mismatches(expected, actual[key], `${path}.${key}`, server),
    );
  }
}

class All extends Matcher {
  constructor(private readonly parts: readonly unknown[]) {
    super();
  }

  check(actual: unknown, path: string, server: Server): string[] {
    return this.parts.flatMap((part) => mismatches(part, actual, path, server));
  }
}

class Satisfying extends Matcher {
  constructor(
    private readonly what: string,
    private readonly test: (actual: unknown) => boolean,
  ) {
    super();
  }

  check(actual: unknown, path: string): string[] {
    return this.test(actual) ? [] : [`${path}: expected ${this.what}, got ${show(actual)}`];
  }
}

/** How much too early something may seem to happen, in milliseconds: two busy processes read their clocks at different times. */
const EARLY_MS = 500;

/** The accepted range for something that happens from `least` to `most`, in milliseconds. */
export function withSlack(least: number, most: number, { slackMs }: Server): [least: number, most: number] {
  return [least - Math.min(EARLY_MS, slackMs), most + slackMs];
}

class Moment extends Matcher {
  constructor(private readonly ms: number) {
    super();
  }

  check(actual: unknown, path: string, server: Server): string[] {
    return between(...withSlack(this.ms, this.ms, server)).check(actual, path, server);
  }
}

/** Matches a time of `ms` milliseconds after the start. */
export function at(ms: number): Matcher {
  return new Moment(ms);
}

/** A deliberate difference: what the real server does, what the embedded server does, and why. */
export function differs(real: unknown, embedded: unknown, why: string): Matcher {
  return new Difference(real, embedded, why);
}

/** What the embedded server does where the behaviour of the real server is not known. */
export function unseen(embedded: unknown): Matcher {
  return new Difference(anything, embedded, undefined);
}

/** These items in any order. */
export function anyOrder(...items: unknown[]): Matcher {
  return new AnyOrder(items);
}

/** An object that has at least these fields. */
export function including(fields: Record<string, unknown>): Matcher {
  return new Including(fields);
}

/** Matches a value that meets all of these expectations. */
export function all(...parts: unknown[]): Matcher {
  return new All(parts);
}

export function satisfying(what: string, test: (actual: unknown) => boolean): Matcher {
  return new Satisfying(what, test);
}

export function between(least: number, most: number): Matcher {
  return satisfying(
    `${least} to ${most}`,
    (actual) => typeof actual === 'number' && actual >= least && actual <= most,
  );
}

export function matching(pattern: RegExp): Matcher {
  return satisfying(`${pattern}`, (actual) => typeof actual === 'string' && pattern.test(actual));
}

export function oneOf(...values: unknown[]): Matcher {
  return satisfying(`one of ${JSON.stringify(values)}`, (actual) => values.includes(actual));
}

export const anything = satisfying('anything', () => true);
export const absent: undefined = undefined;
export const aUlid = matching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
export const aUuid = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const anIsoTime = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
export const aTimestamp = satisfying('milliseconds since 1970', Number.isSafeInteger);

/** An error as the SDK sends it. Only the first line of its stack is compared, because the other lines vary. */
export function anError(name: string, message: string, more: Record<string, unknown> = {}): object {
  const stack = satisfying(
    `the stack of "${name}: ${message}"`,
    (actual) => typeof actual === 'string' && actual.startsWith(`${name}: ${message}`),
  );
  return { name, message, stack, ...more };
}

/** The reasons of every {@link differs} in an expectation. */
export function differencesIn(expected: unknown): string[] {
  if (expected instanceof Difference) return expected.why === undefined ? [] : [expected.why];
  if (expected instanceof Matcher || (typeof expected === 'object' && expected !== null)) {
    return Object.values(expected).flatMap(differencesIn);
  }
  return [];
}

/**
 * Compares an actual value with the expected one.
 *
 * @param path where the value is in the scenario, for the messages
 * @returns a line for each mismatch
 */
export function mismatches(expected: unknown, actual: unknown, path: string, server: Server): string[] {
  if (expected instanceof Matcher) return expected.check(actual, path, server);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path}: expected a list, got ${show(actual)}`];
    const length = Math.max(expected.length, actual.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) => {
      const at = `${path}[${index}]`;
      if (index >= expected.length) return [`${at}: unexpected ${show(actual[index])}`];
      if (index >= actual.length) return [`${at}: missing, expected ${show(expected[index])}`];
      return mismatches(expected[index], actual[index], at, server);
    });
  }
  if (isRecord(expected)) {
    if (!isRecord(actual)) return [`${path}: expected ${show(expected)}, got ${show(actual)}`];
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => mismatches(expected[key], actual[key], `${path}.${key}`, server));
  }
  return Object.is(expected, actual) ? [] : [`${path}: expected ${show(expected)}, got ${show(actual)}`];
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text;
}
