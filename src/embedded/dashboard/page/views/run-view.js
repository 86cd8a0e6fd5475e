import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { api } from '../data/api.js';
import { useNow, useResource, useTitle } from '../data/hooks.js';
import { EVERYTHING } from '../data/live.js';
import { href, replaceRoute } from '../data/route.js';
import { capital } from '../parts/format.js';
import { Problem } from '../parts/problem.js';
import { layOut } from '../waterfall/lay-out.js';
import { Waterfall } from '../waterfall/waterfall.js';
import { PartDetails } from './part-details.js';
import { RunActions } from './run-actions.js';
import { RunFacts } from './run-facts.js';

/** @import { RunView as Run } from '../../../api/v2/answer-types/run.js' */
/** @import { Trace } from '../../../api/v2/answer-types/trace.js' */
/** @import { Layout } from '../waterfall/lay-out.js' */

/** How often the bars of a run that has not ended are redrawn, in milliseconds. */
const REDRAW_MS = 200;

/** @param {{ id: string, query: URLSearchParams }} properties */
export function RunView({ id, query }) {
  const { data, error, reload } = useResource(
    async (signal) => {
      const [run, trace] = await Promise.all([api.run(id, signal), api.trace(id, signal)]);
      return { run, trace };
    },
    [id],
    (change) => change === EVERYTHING || change.runs.has(id) || change.functions,
  );
  const now = useNow(data !== undefined && data.run.endedAt === undefined, REDRAW_MS);
  useTitle(data ? `${capital(data.run.status.toLowerCase())}: ${data.run.function.name}` : 'Run');
  if (!data) {
    return html`
      <div class="page">
        <${Crumbs} name=${id} />
        <${Problem} error=${error} onRetry=${reload} />
      </div>
    `;
  }
  return html`<${Loaded} ...${data} error=${error} now=${now} step=${query.get('step')} />`;
}

/** @param {{ run: Run, trace: Trace, error?: Error, now: number, step: string | null }} properties */
function Loaded({ run, trace, error, now, step }) {
  const [problem, setProblem] = useState(/** @type {Error | undefined} */ (undefined));
  const layout = layOut(trace, now);
  const selected = layout.rows.find((row) => row.id === step) ?? partToShow(layout);
  return html`
    <div class="page run-page">
      <${Crumbs} name=${run.function.name} />
      <${RunFacts} run=${run} trace=${trace} now=${now} />
      <${RunActions} run=${run} trace=${trace} onProblem=${setProblem} />
      <${Problem} error=${problem ?? error} />
      <div class="run-parts">
        <${Waterfall}
          layout=${layout}
          selected=${selected?.id ?? ''}
          onSelect=${(/** @type {string} */ part) => replaceRoute(href(['runs', run.id], { step: part }))}
        />
        ${selected && html`<${PartDetails} key=${selected.id} row=${selected} run=${run} trace=${trace} />`}
      </div>
    </div>
  `;
}

/** @param {{ name: string }} properties */
function Crumbs({ name }) {
  return html`
    <nav class="crumbs" aria-label="Path">
      <a href=${href(['runs'])}>Runs</a><span aria-hidden="true">/</span><span>${name}</span>
    </nav>
  `;
}

/**
 * The part that is shown first: a part that failed or is retried; without one, the whole run.
 *
 * @param {Layout} layout
 */
function partToShow({ rows }) {
  const [run, ...parts] = rows;
  if (run?.status === 'COMPLETED' || run?.status === 'CANCELLED') return run;
  const failed = parts.filter(({ segments }) => segments.some(({ kind }) => kind === 'failed'));
  return failed.findLast(({ kind }) => kind === 'step') ?? failed.at(-1) ?? run;
}
