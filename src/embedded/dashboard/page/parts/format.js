const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A duration in short form: "3 ms", "1.24 s", "12.5 s", "2 m 05 s", "3 h 20 m", "2 d 4 h".
 *
 * @param {number} ms
 */
export function duration(ms) {
  const whole = Math.max(0, Math.round(ms));
  if (whole < SECOND) return `${whole} ms`;
  if (whole < 10 * SECOND) return `${(whole / SECOND).toFixed(2)} s`;
  if (whole < MINUTE) return `${(whole / SECOND).toFixed(1)} s`;
  if (whole < HOUR) return pair(whole, MINUTE, 'm', SECOND, 's');
  if (whole < DAY) return pair(whole, HOUR, 'h', MINUTE, 'm');
  return pair(whole, DAY, 'd', HOUR, 'h');
}

/**
 * @param {number} ms
 * @param {number} large
 * @param {string} largeUnit
 * @param {number} small
 * @param {string} smallUnit
 */
function pair(ms, large, largeUnit, small, smallUnit) {
  const rest = Math.floor((ms % large) / small);
  const first = `${Math.floor(ms / large)} ${largeUnit}`;
  return rest === 0 ? first : `${first} ${String(rest).padStart(2, '0')} ${smallUnit}`;
}

/**
 * A configured period in words: "second", "minute", "5 minutes".
 *
 * @param {number} ms
 */
export function period(ms) {
  for (const [unit, name] of /** @type {[number, string][]} */ ([
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
    [SECOND, 'second'],
  ])) {
    if (ms % unit === 0 && ms >= unit) return ms === unit ? name : `${ms / unit} ${name}s`;
  }
  return duration(ms);
}

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const DATE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/**
 * A time of day in the reader's time zone, with the date if it is not today.
 *
 * @param {string | number} moment ISO 8601, or milliseconds since 1970
 * @param {{ now?: number, millis?: boolean }} [options] `now`: a time of today
 */
export function clockTime(moment, { now = Date.now(), millis = false } = {}) {
  const date = new Date(moment);
  const time = TIME.format(date) + (millis ? `.${String(date.getMilliseconds()).padStart(3, '0')}` : '');
  return date.toDateString() === new Date(now).toDateString() ? time : `${DATE.format(date)}, ${time}`;
}

/**
 * A sentence of the server, with its times in the reader's time zone.
 *
 * @param {string} text
 * @param {number} [now]
 */
export function localTimes(text, now = Date.now()) {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (moment) => clockTime(moment, { now }));
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

/** @param {string} text gets an initial capital */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @type {Record<Intl.LDMLPluralRule, string>} */
const ORDINAL_ENDINGS = { one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' };
const ORDINALS = new Intl.PluralRules('en', { type: 'ordinal' });

/**
 * "1st", "2nd", "3rd". The page counts attempts like this; the API and the SDK count them from 0.
 *
 * @param {number} number
 */
export function ordinal(number) {
  return `${number}${ORDINAL_ENDINGS[ORDINALS.select(number)]}`;
}
