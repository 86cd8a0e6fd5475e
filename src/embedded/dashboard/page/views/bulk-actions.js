import { html } from 'htm/preact';
import { useEffect, useState } from 'preact/hooks';
import { api } from '../data/api.js';
import { useResource } from '../data/hooks.js';
import { EVERYTHING } from '../data/live.js';
import { Dialog } from '../parts/dialog.js';
import { counted } from '../parts/format.js';
import { Problem } from '../parts/problem.js';

/** @import { BulkJob } from '../../../api/v2/answer-types/job.js' */

/** @typedef {'cancel' | 'replay'} Action */

/** How often the progress of a job is read, in milliseconds. */
const READ_EVERY_MS = 500;

const WORDS = {
  cancel: {
    ask: 'Cancel',
    going: 'Cancelling',
    done: 'Cancelled',
    note: 'Runs that have ended do not change. A step that the app is executing now still finishes, but its result is dropped.',
  },
  replay: {
    ask: 'Replay',
    going: 'Replaying',
    done: 'Replayed',
    note: 'Starts a new run with the same events for each of these runs. Idempotency does not skip them.',
  },
};

/**
 * Cancels or replays the selected runs, or all runs that match the filters.
 *
 * @param {{ selected: ReadonlySet<string>, filter: Record<string, string | undefined>, onDone: () => void }} properties
 */
export function BulkActions({ selected, filter, onDone }) {
  const [action, setAction] = useState(/** @type {Action | undefined} */ (undefined));
  const which = selected.size > 0 ? `${selected.size} selected` : 'all';
  return html`
    <button type="button" class="button" onClick=${() => setAction('replay')}>Replay ${which}…</button>
    <button type="button" class="button" onClick=${() => setAction('cancel')}>Cancel ${which}…</button>
    ${
      action &&
      html`<${Question}
        action=${action}
        filter=${selected.size > 0 ? { ids: [...selected].join(',') } : filter}
        onDone=${onDone}
        onClose=${() => setAction(undefined)}
      />`
    }
  `;
}

/**
 * @param {{
 *   action: Action, filter: Record<string, string | undefined>, onDone: () => void, onClose: () => void,
 * }} properties
 */
function Question({ action, filter, onDone, onClose }) {
  const { data, error } = useResource(
    (signal) => api.bulk({ action, filter, dryRun: true }, signal),
    [],
    () => false,
  );
  const [job, setJob] = useState(/** @type {BulkJob | undefined} */ (undefined));
  const [problem, setProblem] = useState(/** @type {Error | undefined} */ (undefined));
  const [isBusy, setBusy] = useState(false);
  const words = WORDS[action];

  async function begin() {
    setBusy(true);
    setProblem(undefined);
    try {
      const { job: begun } = await api.bulk({ action, filter });
      setJob(begun);
      onDone();
    } catch (reason) {
      setProblem(/** @type {Error} */ (reason));
    }
    setBusy(false);
  }

  return html`
    <${Dialog} title=${`${words.ask} ${data ? counted(data.total, 'run') : 'runs'}`} onClose=${onClose}>
      ${
        job
          ? html`<${Progress} id=${job.id} first=${job} />`
          : html`<p>${data?.total === 0 ? 'No run matches.' : words.note}</p>`
      }
      ${!data && !error && html`<p class="muted" role="status">Counting…</p>`}
      <${Problem} error=${problem ?? error} />
      <div class="actions">
        <button type="button" class="button" onClick=${onClose}>Close</button>
        ${
          !job &&
          html`<button
            type="button"
            class=${`button ${action === 'cancel' ? 'danger' : 'primary'}`}
            disabled=${isBusy || !data?.total}
            onClick=${begin}
          >
            ${words.ask} ${data ? counted(data.total, 'run') : ''}
          </button>`
        }
      </div>
    <//>
  `;
}

/** The jobs that have not ended, including those of an earlier visit or from before a restart. */
export function BulkJobs() {
  const { data, reload } = useResource(
    (signal) => api.jobs(signal),
    [],
    (change) => change === EVERYTHING,
  );
  const open = (data ?? []).filter(({ kind, endedAt }) => kind.startsWith('bulk-') && endedAt === undefined);
  useEffect(() => {
    if (open.length === 0) return undefined;
    const timer = setInterval(reload, READ_EVERY_MS);
    return () => clearInterval(timer);
  }, [open.length]);
  return open.map((job) => html`<${Progress} key=${job.id} id=${job.id} first=${job} />`);
}

/** @param {{ id: string, first: BulkJob }} properties */
function Progress({ id, first }) {
  const { data, reload } = useResource(
    (signal) => api.job(id, signal),
    [id],
    (change) => change === EVERYTHING,
  );
  const job = data ?? first;
  const isOpen = job.endedAt === undefined;
  useEffect(() => {
    if (!isOpen) return undefined;
    const timer = setInterval(reload, READ_EVERY_MS);
    return () => clearInterval(timer);
  }, [isOpen]);
  const words = WORDS[job.kind === 'bulk-cancel' ? 'cancel' : 'replay'];
  return html`
    <div class="job" role="status">
      <span>${`${isOpen ? words.going : words.done}: ${job.done} of ${counted(job.total, 'run')}`}</span>
      <progress max=${Math.max(1, job.total)} value=${isOpen ? job.done : Math.max(1, job.total)}></progress>
      ${isOpen && html`<button type="button" class="button small" onClick=${() => api.stopJob(id).then(reload)}>Stop</button>`}
      ${job.error && html`<p class="muted">${job.error}</p>`}
    </div>
  `;
}
