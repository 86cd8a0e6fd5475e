import { html } from 'htm/preact';
import { api, serverNow } from '../data/api.js';
import { useMedia, useResource, useTitle } from '../data/hooks.js';
import { EVERYTHING } from '../data/live.js';
import { usePagedList } from '../data/paged-list.js';
import { href, replaceRoute } from '../data/route.js';
import { clockTime } from '../parts/format.js';
import { Empty } from '../parts/empty.js';
import { firstStep } from '../parts/first-step.js';
import { Reason, noOutcomeReason } from '../parts/outcomes.js';
import { Problem } from '../parts/problem.js';
import { Search } from '../parts/search.js';
import { Status } from '../parts/status.js';
import { VirtualList } from '../parts/virtual-list.js';

/** @import { EventView } from '../../../api/v2/answer-types/event.js' */
/** @import { Change } from '../data/live.js' */

const ROW_HEIGHT = 52;
const NARROW_ROW_HEIGHT = 74;
const SEARCH_HINT = 'Search names, ids, data';
/** The largest number of outcomes shown in a row. The others are counted. */
const MAX_OUTCOMES = 2;

/** @param {{ query: URLSearchParams }} properties */
export function EventsView({ query }) {
  useTitle('Events');
  const isNarrow = useMedia('(max-width: 760px)');
  const search = query.get('search') ?? '';
  const withInternal = query.get('internal') === 'true';
  const list = usePagedList(
    {
      read: (parameters, signal) =>
        api.events({ search, includeInternal: withInternal, ...parameters }, signal),
      affectedBy,
    },
    [search, withInternal],
  );
  const apps = useResource(
    (signal) => api.functions(signal),
    [],
    (change) => change === EVERYTHING || change.functions,
  );

  /** @param {Record<string, string | undefined>} changed */
  function refine(changed) {
    replaceRoute(href(['events'], { ...Object.fromEntries(query), ...changed }));
    scrollTo(0, 0);
  }

  return html`
    <div class="page">
      <div class="page-head"><h1>Events</h1></div>
      <form
        class="filters"
        role="search"
        aria-label="Filter events"
        onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}
      >
        <${Search}
          placeholder=${SEARCH_HINT}
          text=${search}
          onChange=${(/** @type {string} */ text) => refine({ search: text })}
        />
        <label class="check">
          <input
            type="checkbox"
            checked=${withInternal}
            onChange=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) =>
              refine({ internal: event.currentTarget.checked ? 'true' : undefined })}
          />
          Include internal events
        </label>
      </form>
      <${Problem} error=${list.error} onRetry=${list.reload} />
      ${
        list.hasNew &&
        html`<button type="button" class="button primary pill" onClick=${() => scrollTo(0, 0)}>
          ↑ New events
        </button>`
      }
      ${
        list.isLoaded && list.items.length === 0
          ? html`<${NoEvents}
              isFiltered=${search !== ''}
              apps=${apps.data}
              onClear=${() => refine({ search: undefined })}
            />`
          : html`<${VirtualList}
              items=${list.items}
              rowHeight=${isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT}
              label="Events"
              header=${html`<${Header} />`}
              row=${(/** @type {EventView} */ event) => html`<${Cells} event=${event} />`}
              onVisible=${list.setVisible}
              onNearEnd=${list.loadMore}
            />`
      }
    </div>
  `;
}

/** The events that a change affects. A change of a run may affect any event, because it shows its runs. @param {Change} change */
function affectedBy(change) {
  return change === EVERYTHING || change.runs.size > 0 ? undefined : change.events;
}

function Header() {
  return html`
    <div class="list-head event-cells" role="row">
      <span role="columnheader">Event</span>
      <span role="columnheader">Received</span>
      <span role="columnheader">Outcomes</span>
    </div>
  `;
}

/** @param {{ event: EventView }} properties */
function Cells({ event }) {
  return html`
    <div class="event-cells">
      <span role="cell" class="two-lines">
        <a class="row-link code" href=${href(['events', event.id])}>${event.name}</a>
        <span class="mono muted">${event.senderId ?? event.id}</span>
      </span>
      <span role="cell" class="cell-received number"
        >${clockTime(event.receivedAt, { now: serverNow(), millis: true })}</span
      >
      <span role="cell" class="cell-outcomes">${outcomes(event)}</span>
    </div>
  `;
}

/** The outcomes that fit into a row. @param {EventView} event */
function outcomes(event) {
  if (event.outcomes.length === 0) return html`<span class="muted">${noOutcomeReason(event)}</span>`;
  const shown = event.outcomes.slice(0, MAX_OUTCOMES);
  const rest = event.outcomes.length - shown.length;
  return shown.map(
    ({ run, function: fn, reason }, index) => html`
      <span class="outcome">
        ${
          run
            ? html`<${Status} status=${run.status} isBare /><a href=${href(['runs', run.id])}>${fn.name}</a>`
            : html`<span class="no-run">No run</span>
                <span class="reason">of ${fn.name}${reason && html`, <${Reason} text=${reason} />`}</span>`
        }
        ${rest > 0 && index === shown.length - 1 && html`<span class="muted">and ${rest} more</span>`}
      </span>
    `,
  );
}

/** @param {{ isFiltered: boolean, apps: Awaited<ReturnType<typeof api.functions>> | undefined, onClear: () => void }} properties */
function NoEvents({ isFiltered, apps, onClear }) {
  if (isFiltered) {
    return html`
      <${Empty} title="No event matches this search">
        <button type="button" class="button" onClick=${onClear}>Clear the search</button>
      <//>
    `;
  }
  if (!apps) return null;
  const { text, command } = firstStep(apps, location.origin);
  return html`<${Empty} title="No events yet" command=${command}>${text}<//>`;
}
