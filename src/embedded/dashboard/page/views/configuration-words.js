/** @import { ConcurrencyConfiguration, FunctionConfiguration, FunctionView } from '../../../api/v2/answer-types/function.js' */

/**
 * What starts a function, in words; code stands in backticks.
 *
 * @param {FunctionView['triggers'][number]} trigger
 */
export function describeTrigger({ type, value, condition }) {
  if (type === 'CRON') return `On the schedule \`${value}\``;
  return `On the event \`${value}\`${condition ? ` if \`${condition}\`` : ''}`;
}

/**
 * How a function's runs are controlled, in words, a sentence each; code stands in backticks.
 *
 * @param {FunctionConfiguration} configuration
 * @returns {string[]}
 */
export function describeConfiguration(configuration) {
  const { throttle, rateLimit, idempotency, priority, debounce, batchEvents, singleton, timeouts, retries } =
    configuration;
  return [
    ...concurrencyRules(configuration.concurrency),
    throttle &&
      `Throttle: starts ${throttle.limit} runs per ${spaced(throttle.period)}${throttle.burst ? `, and ${throttle.burst} more at once after a rest` : ''}${byKey(throttle)}; the others wait`,
    rateLimit &&
      `Rate limit: at most ${rateLimit.limit} runs per ${spaced(rateLimit.period)}${byKey(rateLimit)}; further events run nothing`,
    idempotency && `Idempotency: runs once in 24 hours for the same \`${idempotency}\``,
    priority?.run && `Priority: goes ahead by as many seconds as \`${priority.run}\` says`,
    debounce &&
      `Debounce: runs once the events have paused for ${spaced(debounce.period)}${debounce.timeout ? `, or after ${spaced(debounce.timeout)}` : ''}${byKey(debounce)}`,
    batchEvents &&
      `Batch: takes up to ${batchEvents.maxSize} events at once, or what has come within ${spaced(batchEvents.timeout)}${byKey(batchEvents)}${batchEvents.if ? `, of those for which \`${batchEvents.if}\`` : ''}`,
    singleton &&
      `Singleton: one run at a time${byKey(singleton)}; a new event ${singleton.mode === 'skip' ? 'is skipped meanwhile' : 'cancels the run and starts anew'}`,
    timeouts?.start && `Timeout: cancelled when it has not started within ${spaced(timeouts.start)}`,
    timeouts?.finish && `Timeout: cancelled when it has not finished within ${spaced(timeouts.finish)}`,
    ...(configuration.cancel ?? []).map(
      (cancel) =>
        `Cancelled by the event \`${cancel.event}\`${cancel.if ? ` if \`${cancel.if}\`` : ''}${cancel.timeout ? `, within ${cancel.timeout}` : ''}`,
    ),
    `Retries: ${retryWords(retries)}`,
  ].filter((rule) => typeof rule === 'string');
}

/**
 * @param {FunctionConfiguration['concurrency']} concurrency
 * @returns {string[]}
 */
function concurrencyRules(concurrency) {
  if (concurrency === undefined) return [];
  if (typeof concurrency === 'number') return [concurrencyWords({ limit: concurrency })];
  if (Array.isArray(concurrency)) return concurrency.map(concurrencyWords);
  if ('limit' in concurrency) return [concurrencyWords(concurrency)];
  return [...(concurrency.step ?? []).map(concurrencyWords), ...(concurrency.fn ?? []).map(runWords)];
}

/** @param {ConcurrencyConfiguration} limit */
function runWords({ limit, key }) {
  return `Concurrency: at most ${limit} ${limit === 1 ? 'run' : 'runs'} from start to end at the same time${byKey({ key })}`;
}

/** @param {ConcurrencyConfiguration} limit */
function concurrencyWords({ limit, key, scope }) {
  const owner = (scope || 'fn').toLowerCase();
  const whose =
    owner === 'fn' ? '' : `, together with all functions of the ${owner === 'env' ? 'environment' : owner}`;
  return `Concurrency: at most ${limit} ${limit === 1 ? 'step' : 'steps'} at the same time${byKey({ key })}${whose}`;
}

/**
 * A duration as it was configured, "1m30s", for people: "1 m 30 s".
 *
 * @param {string} duration
 */
function spaced(duration) {
  return duration.replace(/([\d.]+)([a-zµ]+)/g, ' $1 $2').trim();
}

/** @param {{ key?: string }} rule */
function byKey({ key }) {
  return key ? ` for each \`${key}\`` : '';
}

/** @param {FunctionConfiguration['retries']} retries */
function retryWords({ value, isDefault }) {
  const times = value === 0 ? 'a step is tried once' : `a step is tried up to ${value + 1} times`;
  return isDefault ? `${times} (the default)` : times;
}
