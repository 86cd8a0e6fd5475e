import { html } from 'htm/preact';
import { serverNow } from '../data/api.js';
import { capital } from '../parts/format.js';
import { Search } from '../parts/search.js';
import { Status } from '../parts/status.js';
import { CUSTOM, rangeOf, RANGE_OPTIONS, TimeRange } from './time-range.js';

/** @import { AppView, FunctionView } from '../../../api/v2/answer-types/function.js' */
/** @import { RunStatus } from '../../../api/v2/answer-types/run.js' */

/** @type {RunStatus[]} */
const STATUSES = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'];

const SEARCH_HINT = 'Search ids, data, output, or: event.data.taskId == "x"';

/** The initial start of a custom range, in milliseconds before now. */
const DEFAULT_RANGE_MS = 60 * 60_000;

/** The orders, with their names in the URL. */
export const SORTS = [
  { id: '', name: 'Newest first', by: 'queuedAt', order: 'desc' },
  { id: 'oldest', name: 'Oldest first', by: 'queuedAt', order: 'asc' },
  { id: 'lastStarted', name: 'Last started first', by: 'startedAt', order: 'desc' },
  { id: 'firstStarted', name: 'First started first', by: 'startedAt', order: 'asc' },
  { id: 'longest', name: 'Longest first', by: 'duration', order: 'desc' },
  { id: 'shortest', name: 'Shortest first', by: 'duration', order: 'asc' },
  { id: 'priority', name: 'Highest priority first', by: 'priority', order: 'desc' },
  { id: 'lowestPriority', name: 'Lowest priority first', by: 'priority', order: 'asc' },
];

/**
 * @param {{
 *   query: URLSearchParams,
 *   apps: { app: AppView, functions: FunctionView[] }[],
 *   onChange: (changed: Record<string, string | undefined>) => void,
 * }} properties
 */
export function RunFilters({ query, apps, onChange }) {
  const statuses = new Set((query.get('status') ?? '').split(',').filter(Boolean));
  const functions = apps.flatMap(({ app, functions: own }) =>
    own.map((fn) => ({ id: `${app.id}-${fn.id}`, name: fn.name })),
  );
  const events = [
    ...new Set(
      apps.flatMap((app) =>
        app.functions.flatMap((fn) =>
          fn.triggers
            .filter(({ type, value }) => type === 'EVENT' && !value.endsWith('*'))
            .map(({ value }) => value),
        ),
      ),
    ),
  ];

  /** @param {string} status */
  function toggle(status) {
    const next = new Set(statuses);
    if (!next.delete(status)) next.add(status);
    onChange({ status: [...next].join(',') });
  }

  /** @param {string} range a custom range starts like the previous range; without one, an hour ago */
  function chooseRange(range) {
    const from = rangeOf(query, serverNow()).from ?? new Date(serverNow() - DEFAULT_RANGE_MS).toISOString();
    onChange({ range, from: range === CUSTOM ? from : undefined, until: undefined });
  }

  return html`
    <form
      class="filters"
      role="search"
      aria-label="Filter runs"
      onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}
    >
      <${Search}
        placeholder=${SEARCH_HINT}
        text=${query.get('search') ?? ''}
        onChange=${(/** @type {string} */ search) => onChange({ search })}
      />
      <div class="filter-selects">
        <${Select}
          label="Function"
          value=${query.get('function') ?? ''}
          all="All functions"
          options=${functions}
          onChange=${(/** @type {string} */ value) => onChange({ function: value })}
        />
        <${Select}
          label="Event"
          value=${query.get('event') ?? ''}
          all="All events"
          options=${named(events, query.get('event'))}
          onChange=${(/** @type {string} */ value) => onChange({ event: value })}
        />
        <${Select}
          label="Time"
          value=${query.get('range') ?? ''}
          all="Any time"
          options=${RANGE_OPTIONS}
          onChange=${chooseRange}
        />
        <${Select}
          label="Order"
          value=${query.get('sort') ?? ''}
          all="Newest first"
          options=${SORTS.slice(1)}
          onChange=${(/** @type {string} */ value) => onChange({ sort: value })}
        />
      </div>
      ${query.get('range') === CUSTOM && html`<${TimeRange} query=${query} onChange=${onChange} />`}
      <div class="filter-statuses" role="group" aria-label="Status">
        ${STATUSES.map(
          (status) => html`
            <button
              type="button"
              class="toggle"
              aria-pressed=${statuses.has(status)}
              aria-label=${capital(status.toLowerCase())}
              onClick=${() => toggle(status)}
            >
              <${Status} status=${status} />
            </button>
          `,
        )}
      </div>
    </form>
  `;
}

/**
 * @param {string[]} names
 * @param {string | null} chosen is added if no function has it as a trigger any more
 */
function named(names, chosen) {
  const all = chosen && !names.includes(chosen) ? [...names, chosen] : names;
  return all.map((name) => ({ id: name, name }));
}

/**
 * @param {{
 *   label: string, value: string, all: string, options: { id: string, name: string }[], onChange: (value: string) => void,
 * }} properties
 */
function Select({ label, value, all, options, onChange }) {
  return html`
    <select
      aria-label=${label}
      value=${value}
      class=${value ? 'is-set' : ''}
      onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ event) => onChange(event.currentTarget.value)}
    >
      <option value="">${all}</option>
      ${options.map(({ id, name }) => html`<option key=${id} value=${id} selected=${id === value}>${name}</option>`)}
    </select>
  `;
}
