import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { api, serverNow } from '../data/api.js';
import { useMedia, useNow, useResource, useTitle } from '../data/hooks.js';
import { EVERYTHING } from '../data/live.js';
import { usePagedList } from '../data/paged-list.js';
import { href, replaceRoute } from '../data/route.js';
import { FlowStrip } from '../activity/flow-strip.js';
import { clockTime, counted, duration } from '../parts/format.js';
import { Empty } from '../parts/empty.js';
import { Problem } from '../parts/problem.js';
import { Status } from '../parts/status.js';
import { VirtualList } from '../parts/virtual-list.js';
import { firstStep } from '../parts/first-step.js';
import { waitingWords } from '../parts/waiting.js';
import { BulkActions, BulkJobs } from './bulk-actions.js';
import { RunFilters, SORTS } from './run-filters.js';
import { rangeOf } from './time-range.js';

/** @import { RunView } from '../../../api/v2/answer-types/run.js' */

const ROW_HEIGHT = 52;
const NARROW_ROW_HEIGHT = 86;

/** @param {{ query: URLSearchParams }} properties */
export function RunsView({ query }) {
  useTitle('Runs');
  const [selected, setSelected] = useState(/** @type {ReadonlySet<string>} */ (new Set()));
  const isNarrow = useMedia('(max-width: 760px)');
  const search = query.toString();
  const apps = useResource(
    (signal) => api.functions(signal),
    [],
    (change) => change === EVERYTHING || change.functions,
  );
  const list = usePagedList(
    {
      read: (parameters, signal) => {
        // Only the first page shows the total, because counting takes time.
        const isFirstPage = parameters['ids'] === undefined && parameters['cursor'] === undefined;
        const includeTotal = isFirstPage || undefined;
        return api.runs({ ...wanted(query), includeTotal, ...parameters }, signal);
      },
      affectedBy,
    },
    [search],
  );
  useNow(
    list.items.some(({ endedAt }) => endedAt === undefined),
    1_000,
  );
  const isFiltered = [...query.keys()].some((key) => key !== 'sort');

  /** @param {string} id */
  function select(id) {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  }

  /** @param {Record<string, string | undefined>} changed */
  function refine(changed) {
    replaceRoute(href(['runs'], { ...Object.fromEntries(query), ...changed }));
    scrollTo(0, 0);
  }

  return html`
    <div class="page">
      <div class="page-head">
        <h1>Runs</h1>
        <p class="muted" role="status">${list.total === undefined ? '' : counted(list.total, 'run')}</p>
        <div class="actions">
          <${BulkActions}
            selected=${selected}
            filter=${chosen(query)}
            onDone=${() => setSelected(new Set())}
          />
          <a
            class="button"
            download="runs.json"
            href=${api.exportOfRuns(wanted(query))}
            title="All runs that match the filters, with their events, steps and outputs, as JSON"
            >Export</a
          >
        </div>
      </div>
      <${BulkJobs} />
      <${FlowStrip} slug=${query.get('function') ?? undefined} />
      <${RunFilters} query=${query} apps=${apps.data ?? []} onChange=${refine} />
      <${Problem} error=${list.error} onRetry=${list.reload} />
      ${
        list.hasNew &&
        html`<button type="button" class="button primary pill" onClick=${() => scrollTo(0, 0)}>
          ↑ New runs
        </button>`
      }
      ${
        list.isLoaded && list.items.length === 0 && !list.hasMore
          ? html`<${NoRuns}
              isFiltered=${isFiltered}
              apps=${apps.data}
              onClear=${() => replaceRoute(href(['runs']))}
            />`
          : html`<${VirtualList}
              items=${list.items}
              rowHeight=${isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT}
              label="Runs"
              header=${html`<${Header} sort=${query.get('sort') ?? ''} onSort=${(/** @type {string} */ sort) => refine({ sort })} />`}
              row=${(/** @type {RunView} */ run) => html`<${Cells} run=${run} isSelected=${selected.has(run.id)} onSelect=${select} />`}
              onVisible=${list.setVisible}
              onNearEnd=${list.loadMore}
            />`
      }
    </div>
  `;
}

/**
 * The parameters of the API for the query of the URL.
 *
 * @param {URLSearchParams} query
 */
function wanted(query) {
  const sort = SORTS.find(({ id }) => id === (query.get('sort') ?? ''));
  return { ...chosen(query), sort: sort?.by, order: sort?.order };
}

/**
 * The parameters that choose the runs, without their order.
 *
 * @param {URLSearchParams} query
 */
function chosen(query) {
  return {
    status: query.get('status') ?? undefined,
    function: query.get('function') ?? undefined,
    event: query.get('event') ?? undefined,
    search: query.get('search') ?? undefined,
    ...rangeOf(query, serverNow()),
  };
}

/** @param {import('../data/live.js').Change} change */
function affectedBy(change) {
  // A change of functions affects all runs: a pause changes why runs wait.
  return change === EVERYTHING || change.functions ? undefined : change.runs;
}

const COLUMNS = [
  { name: 'Status' },
  { name: 'Function' },
  { name: 'Event' },
  { name: 'Start', sorts: ['lastStarted', 'firstStarted'] },
  { name: 'Duration', sorts: ['longest', 'shortest'] },
  { name: 'Attempts' },
  { name: 'Priority', sorts: ['priority', 'lowestPriority'] },
];

/** @param {{ sort: string, onSort: (sort: string) => void }} properties */
function Header({ sort, onSort }) {
  return html`
    <div class="list-head run-cells" role="row">
      ${COLUMNS.map(({ name, sorts = [] }) => {
        const at = sorts.indexOf(sort);
        if (sorts.length === 0) return html`<span role="columnheader">${name}</span>`;
        const order = at === 0 ? 'descending' : at === 1 ? 'ascending' : 'none';
        return html`
          <span role="columnheader" aria-sort=${order}>
            <button type="button" class="sort" onClick=${() => onSort(sorts[at + 1] ?? '')}>
              ${name}<span aria-hidden="true">${at === 0 ? ' ↓' : at === 1 ? ' ↑' : ''}</span>
            </button>
          </span>
        `;
      })}
    </div>
  `;
}

/** @param {{ run: RunView, isSelected: boolean, onSelect: (id: string) => void }} properties */
function Cells({ run, isSelected, onSelect }) {
  const now = serverNow();
  const waiting = waitingWords(run, now);
  return html`
    <div class="run-cells">
      <span role="cell" class="cell-status">
        <input
          type="checkbox"
          aria-label=${`Select ${run.id}`}
          checked=${isSelected}
          onChange=${() => onSelect(run.id)}
        />
        <${Status} status=${run.status} />
      </span>
      <span role="cell" class="two-lines">
        <a class="row-link" href=${href(['runs', run.id])}>${run.function.name}</a>
        ${
          waiting
            ? html`<span class="waiting" title=${waiting}>${waiting}</span>`
            : html`<span class="mono muted">${run.id}</span>`
        }
      </span>
      <span role="cell" class="cell-event code">${run.trigger.cronSchedule ?? run.trigger.eventName}</span>
      <span role="cell" class="cell-start number">
        ${
          run.startedAt
            ? clockTime(run.startedAt, { now })
            : html`<span class="muted">queued ${clockTime(run.queuedAt, { now })}</span>`
        }
      </span>
      <span role="cell" class="cell-duration number">${lasted(run, now)}</span>
      <span role="cell" class="cell-attempts number">${attemptWords(run)}</span>
      <span role="cell" class="cell-priority number"
        >${run.priority ?? html`<span class="muted">0</span>`}</span
      >
    </div>
  `;
}

/**
 * @param {RunView} run
 * @param {number} now
 */
function lasted({ startedAt, endedAt }, now) {
  if (startedAt === undefined) return html`<span class="muted">–</span>`;
  return duration((endedAt === undefined ? now : Date.parse(endedAt)) - Date.parse(startedAt));
}

/** @param {RunView} run */
function attemptWords({ attempts, maxAttempts, startedAt }) {
  if (startedAt === undefined) return html`<span class="muted">–</span>`;
  const made = Math.max(1, attempts);
  const isMany = made > 1;
  return html`<span
    class=${isMany ? 'many-attempts' : ''}
    title=${maxAttempts ? `${made} of at most ${maxAttempts}` : undefined}
    >${made}${isMany && maxAttempts ? html`<span class="unseen-narrow"> of ${maxAttempts}</span>` : ''}</span
  >`;
}

/** @param {{ isFiltered: boolean, apps: Awaited<ReturnType<typeof api.functions>> | undefined, onClear: () => void }} properties */
function NoRuns({ isFiltered, apps, onClear }) {
  if (isFiltered) {
    return html`
      <${Empty} title="No run matches these filters">
        <button type="button" class="button" onClick=${onClear}>Clear the filters</button>
      <//>
    `;
  }
  if (!apps) return null;
  const { title, text, command } = firstStep(apps, location.origin);
  return html`<${Empty} title=${title} command=${command}>${text}<//>`;
}
