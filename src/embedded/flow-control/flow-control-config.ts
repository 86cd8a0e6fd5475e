import type { Batch } from './batch.js';
import type { CancelOn } from './cancel-on.js';
import type { ConcurrencyLimit } from './concurrency.js';
import { type ConfigMistake, ConfigSection } from './config-section.js';
import type { Debounce } from './debounce.js';
import { DurationError, parseDuration } from '../../common/duration.js';
import type { FlowControl } from './flow-control.js';
import type { Priority } from './priority.js';
import { IDEMPOTENCY_PERIOD_MS, type RateLimit } from './rate-limit.js';
import type { RunTimeouts } from './run-timeouts.js';
import type { Singleton } from './singleton.js';
import type { Throttle } from './throttle.js';

const SECOND = 1_000;
const DAY = 24 * 60 * 60 * SECOND;

// The limits of the real server. The one of throttle's period is from its documentation.
const MAX_CONCURRENCY_LIMITS = 2;
const MAX_CANCELLATIONS = 5;
const MAX_PERIOD_MS = 7 * DAY;

/** The flow control of a function has mistakes, so the function must not be registered. */
export class FlowControlConfigError extends Error {
  override readonly name = 'FlowControlConfigError';

  constructor(
    readonly functionId: string,
    readonly mistakes: readonly ConfigMistake[],
  ) {
    super(
      [
        `The function ${functionId} cannot be registered:`,
        ...mistakes.map(({ field, problem }) => `- ${field} ${problem}`),
      ].join('\n'),
    );
  }
}

/**
 * Parses the flow control of a function from its registration.
 *
 * @param config the function as the SDK registers it; other fields are ignored
 * @throws FlowControlConfigError naming every mistake
 */
export function parseFlowControl(functionId: string, config: unknown): FlowControl {
  const mistakes: ConfigMistake[] = [];
  const section = ConfigSection.of(config, mistakes);
  const flowControl: FlowControl = {
    concurrency: concurrency(section),
    throttle: throttle(section),
    rateLimit: idempotency(section) ?? rateLimit(section),
    priority: priority(section),
    debounce: debounce(section),
    batch: batch(section),
    singleton: singleton(section),
    timeouts: timeouts(section),
    cancelOn: cancelOn(section),
  };
  if (section.has('batchEvents')) {
    if (flowControl.cancelOn.length > 0) section.wrong('batchEvents', 'cannot be combined with cancelOn');
    for (const other of ['debounce', 'singleton', 'priority']) {
      if (section.has(other)) section.wrong('batchEvents', `cannot be combined with ${other}`);
    }
  }
  if (mistakes.length > 0) throw new FlowControlConfigError(functionId, mistakes);
  return flowControl;
}

function concurrency(config: ConfigSection): ConcurrencyLimit[] {
  if (!config.hasWithin('concurrency', ['step', 'fn'])) return stepConcurrency(config, 'concurrency');
  const both = config.section('concurrency', ['step', 'fn']);
  return both ? [...stepConcurrency(both, 'step'), ...runConcurrency(both)] : [];
}

/** The limits of executing calls. */
function stepConcurrency(config: ConfigSection, key: string): ConcurrencyLimit[] {
  if (config.isNumber(key)) {
    const limit = config.count(key, { min: 0 });
    return limit === undefined ? [] : [{ limit, scope: 'fn' }];
  }
  const sections = config.sections(key, ['limit', 'key', 'scope', 'hash']);
  if (sections.length > MAX_CONCURRENCY_LIMITS) {
    config.wrong(key, `has ${sections.length} limits; at most ${MAX_CONCURRENCY_LIMITS} are allowed`);
  }
  return sections.map((section) => {
    const limit = section.count('limit', { min: 0 }) ?? 0;
    const scope = section.has('scope') ? (section.oneOf('scope', ['fn', 'env', 'account']) ?? 'fn') : 'fn';
    if (scope !== 'fn' && !section.has('key'))
      section.wrong('key', `is missing; the scope ${scope} needs one`);
    return { limit, scope, key: section.expression('key') };
  });
}

/** The limit of runs that have started and not ended. */
function runConcurrency(config: ConfigSection): ConcurrencyLimit[] {
  if (config.isNumber('fn')) {
    const limit = config.count('fn', { min: 1 });
    return limit === undefined ? [] : [{ limit, scope: 'fn', isHeldByRun: true }];
  }
  const sections = config.sections('fn', ['limit', 'key', 'scope', 'hash', 'id']);
  if (sections.length > 1) config.wrong('fn', `has ${sections.length} limits; only one is allowed`);
  return sections.map((section) => {
    const limit = section.count('limit', { min: 1 }) ?? 0;
    if (section.has('scope')) section.oneOf('scope', ['fn']);
    return { limit, scope: 'fn', key: section.expression('key'), isHeldByRun: true };
  });
}

function throttle(config: ConfigSection): Throttle | undefined {
  const section = config.section('throttle', ['limit', 'period', 'burst', 'key']);
  if (!section) return undefined;
  const limit = section.count('limit', { min: 1 });
  const period = section.duration('period', { min: SECOND, max: MAX_PERIOD_MS });
  const burst = section.has('burst') ? section.count('burst', { min: 0 }) : 0;
  const key = section.expression('key');
  if (limit === undefined || period === undefined || burst === undefined) return undefined;
  return { limit, periodMs: wholeSeconds(period), burst, key };
}

function rateLimit(config: ConfigSection): RateLimit | undefined {
  const section = config.section('rateLimit', ['limit', 'period', 'key']);
  if (!section) return undefined;
  const limit = section.count('limit', { min: 1 });
  const period = section.duration('period', { min: SECOND, max: DAY });
  const key = section.expression('key');
  if (limit === undefined || period === undefined) return undefined;
  return { limit, periodMs: wholeSeconds(period), key, writtenAs: 'rateLimit' };
}

function idempotency(config: ConfigSection): RateLimit | undefined {
  const key = config.expression('idempotency');
  if (config.isEmptyText('idempotency')) config.wrong('idempotency', 'is wrong: the expression is empty');
  return key && { limit: 1, periodMs: IDEMPOTENCY_PERIOD_MS, key, writtenAs: 'idempotency' };
}

function priority(config: ConfigSection): Priority | undefined {
  const run = config.section('priority', ['run'])?.expression('run');
  return run && { run };
}

function debounce(config: ConfigSection): Debounce | undefined {
  const section = config.section('debounce', ['period', 'timeout', 'key']);
  if (!section) return undefined;
  const periodMs = section.duration('period', { min: SECOND, max: MAX_PERIOD_MS });
  const timeoutMs = section.has('timeout') ? section.duration('timeout') : undefined;
  const key = section.expression('key');
  return periodMs === undefined ? undefined : { periodMs, timeoutMs, key };
}

function batch(config: ConfigSection): Batch | undefined {
  const section = config.section('batchEvents', ['maxSize', 'timeout', 'key', 'if']);
  if (!section) return undefined;
  const maxSize = section.count('maxSize', { min: 2 });
  const timeoutMs = section.duration('timeout', { min: SECOND });
  const key = section.expression('key');
  const condition = section.expression('if');
  return maxSize === undefined || timeoutMs === undefined
    ? undefined
    : { maxSize, timeoutMs, key, if: condition };
}

function singleton(config: ConfigSection): Singleton | undefined {
  const section = config.section('singleton', ['mode', 'key']);
  if (!section) return undefined;
  const mode = section.oneOf('mode', ['skip', 'cancel']);
  const key = section.expression('key');
  return mode && { mode, key };
}

function timeouts(config: ConfigSection): RunTimeouts | undefined {
  const section = config.section('timeouts', ['start', 'finish']);
  // "0s" means no timeout (read in Inngest's source).
  const timeout = (name: string): number | undefined =>
    (section?.has(name) ? section.duration(name) : undefined) || undefined;
  return section && { startMs: timeout('start'), finishMs: timeout('finish') };
}

function cancelOn(config: ConfigSection): CancelOn[] {
  const sections = config.sections('cancel', ['event', 'if', 'timeout']);
  if (sections.length > MAX_CANCELLATIONS) {
    config.wrong('cancel', `has ${sections.length} events; at most ${MAX_CANCELLATIONS} are allowed`);
  }
  return sections.map((section) => ({
    event: section.text('event') ?? '',
    if: section.condition('if'),
    until: section.has('timeout') ? cancelUntil(section) : undefined,
  }));
}

/** Reads a timeout: a duration, or a time in ISO 8601. */
function cancelUntil(section: ConfigSection): CancelOn['until'] {
  const text = section.text('timeout');
  if (text === undefined) return undefined;
  try {
    return { afterMs: parseDuration(text) };
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    const at = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(at)
      ? section.wrong('timeout', `${error.message}. A time in ISO 8601 is allowed too`)
      : { at };
  }
}

/** The real server counts these periods in seconds (read in its source). */
function wholeSeconds(ms: number): number {
  return Math.floor(ms / SECOND) * SECOND;
}
