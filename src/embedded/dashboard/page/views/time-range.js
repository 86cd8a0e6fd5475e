import { html } from 'htm/preact';

/** The time ranges, with their names in the URL. */
const RANGES = [
  { id: '5m', name: 'Last 5 minutes', ms: 5 * 60_000 },
  { id: '1h', name: 'Last hour', ms: 60 * 60_000 },
  { id: '1d', name: 'Last day', ms: 24 * 60 * 60_000 },
  { id: '7d', name: 'Last 7 days', ms: 7 * 24 * 60 * 60_000 },
];

/** The name of a range whose start and end are in the URL too. */
export const CUSTOM = 'custom';

/** The options of the select. */
export const RANGE_OPTIONS = [...RANGES, { id: CUSTOM, name: 'From … until …' }];

/**
 * The range of queue times that the URL asks for, in ISO 8601.
 *
 * @param {URLSearchParams} query
 * @param {number} now
 * @returns {{ from?: string, until?: string }}
 */
export function rangeOf(query, now) {
  const id = query.get('range');
  if (id === CUSTOM) return { from: query.get('from') ?? undefined, until: query.get('until') ?? undefined };
  const range = RANGES.find((candidate) => candidate.id === id);
  return range ? { from: new Date(now - range.ms).toISOString() } : {};
}

/**
 * Two fields for times in the reader's time zone. An empty field is no limit.
 *
 * @param {{ query: URLSearchParams, onChange: (changed: Record<string, string | undefined>) => void }} properties
 */
export function TimeRange({ query, onChange }) {
  return html`
    <div class="filter-range" role="group" aria-label="Queued between">
      ${['from', 'until'].map(
        (name) => html`
          <label>
            <span>${name === 'from' ? 'From' : 'Until'}</span>
            <input
              type="datetime-local"
              step="1"
              value=${localOf(query.get(name))}
              onChange=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) =>
                onChange({ [name]: isoOf(event.currentTarget.value) })}
            />
          </label>
        `,
      )}
    </div>
  `;
}

/**
 * A time in the form of the field: in the reader's time zone, which the form does not name.
 *
 * @param {string | null} iso
 */
export function localOf(iso) {
  const moment = new Date(iso ?? '');
  if (Number.isNaN(moment.getTime())) return '';
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** @param {string} local */
export function isoOf(local) {
  return local === '' ? undefined : new Date(local).toISOString();
}
