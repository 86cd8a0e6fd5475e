import { html } from 'htm/preact';

/** Time ranges by their names in the address, in milliseconds. */
const RANGES = [
  { id: '5m', name: 'Last 5 minutes', ms: 5 * 60_000 },
  { id: '1h', name: 'Last hour', ms: 60 * 60_000 },
  { id: '1d', name: 'Last day', ms: 24 * 60 * 60_000 },
  { id: '7d', name: 'Last 7 days', ms: 7 * 24 * 60 * 60_000 },
];

/** A range whose moments stand in the address too. */
export const CUSTOM = 'custom';

/** What there is to choose from. */
export const RANGE_OPTIONS = [...RANGES, { id: CUSTOM, name: 'From … until …' }];

/**
 * The moments between which a run was queued that the address asks for, in ISO 8601.
 *
 * @param {URLSearchParams} query
 * @param {number} now
 * @returns {{ from?: string, until?: string }}
 */
export function momentsOf(query, now) {
  const id = query.get('range');
  if (id === CUSTOM) return { from: query.get('from') ?? undefined, until: query.get('until') ?? undefined };
  const range = RANGES.find((candidate) => candidate.id === id);
  return range ? { from: new Date(now - range.ms).toISOString() } : {};
}

/**
 * Two moments in the reader's zone; one that is empty is no limit.
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
 * A moment as the field has it: in the reader's zone, which it does not name.
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
