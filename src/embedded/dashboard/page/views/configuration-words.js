/** @import { ConcurrencyConfiguration, FunctionConfiguration, FunctionView } from '../../../api/v2/answer-types/function.js' */

/**
 * Describes a trigger of a function. Code is in backticks.
 *
 * @param {FunctionView['triggers'][number]} trigger
 */
export function describeTrigger({ type, value, condition }) {
  if (type === 'CRON') return `On the schedule \`${value}\``;
  return `On the event \`${value}\`${condition ? ` if \`${condition}\`` : ''}`;
}

/**
 * Describes the flow control of a function, a sentence for each rule. Code is in backticks.
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
      `Throttle: starts ${throttle.limit} runs per ${spaced(throttle.period)}${throttle.burst ? `, and ${throttle.burst} more at the same time after a pause` : ''}${byKey(throttle)}; the others wait`,
    rateLimit &&
      `Rate limit: at most ${rateLimit.limit} runs per ${spaced(rateLimit.period)}${byKey(rateLimit)}; further events start no run`,
    idempotency && `Idempotency: runs once in 24 hours for the same \`${idempotency}\``,
    priority?.run && `Priority: goes ahead of other runs by \`${priority.run}\` seconds`,
    debounce &&
      `Debounce: starts when no event has come for ${spaced(debounce.period)}${debounce.timeout ? `, at the latest after ${spaced(debounce.timeout)}` : ''}${byKey(debounce)}`,
    batchEvents &&
      `Batch: one run for up to ${batchEvents.maxSize} events, or for the events of ${spaced(batchEvents.timeout)}${byKey(batchEvents)}${batchEvents.if ? `; only events with \`${batchEvents.if}\`` : ''}`,
    singleton &&
      `Singleton: one run at a time${byKey(singleton)}; a new event ${singleton.mode === 'skip' ? 'is skipped meanwhile' : 'cancels the run and starts another'}`,
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
 * A configured duration such as "1m30s" with spaces: "1 m 30 s".
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
