import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { api } from '../data/api.js';
import { go, href } from '../data/route.js';
import { Dialog } from '../parts/dialog.js';
import { Invoke } from '../parts/invoke.js';
import { SendEvent } from '../parts/send-event.js';

/** @import { RunView } from '../../../api/v2/answer-types/run.js' */
/** @import { Trace } from '../../../api/v2/answer-types/trace.js' */

const INVOKED = 'inngest/function.invoked';

/**
 * The buttons for a run.
 *
 * @param {{ run: RunView, trace: Trace, onProblem: (error: Error | undefined) => void }} properties
 */
export function RunActions({ run, trace, onProblem }) {
  const [open, setOpen] = useState(/** @type {'cancel' | 'again' | undefined} */ (undefined));
  const [isBusy, setBusy] = useState(false);
  const close = () => setOpen(undefined);
  const again = payloadOf(trace);

  /** @param {() => Promise<void>} work */
  async function act(work) {
    setBusy(true);
    onProblem(undefined);
    try {
      await work();
    } catch (error) {
      onProblem(/** @type {Error} */ (error));
    }
    setBusy(false);
  }

  return html`
    <div class="actions run-actions">
      <button
        type="button"
        class="button"
        disabled=${isBusy}
        title="Start a new run with the same events. Idempotency does not skip it."
        onClick=${() => act(async () => go(href(['runs', (await api.replay(run.id)).runId])))}
      >
        Replay
      </button>
      ${
        again &&
        html`<button type="button" class="button" onClick=${() => setOpen('again')}>
          ${again.name === INVOKED ? 'Invoke again…' : 'Edit and send again…'}
        </button>`
      }
      <a class="button" download=${`run-${run.id}.json`} href=${api.exportOfRun(run.id, 'export')}>Export</a>
      <a
        class="button"
        download=${`fixture-${run.id}.json`}
        href=${api.exportOfRun(run.id, 'fixture')}
        title="The argument for replay() of the test server: the events, and the results of the steps"
        >Export as fixture</a
      >
      ${
        run.endedAt === undefined &&
        html`<button
          type="button"
          class="button danger"
          disabled=${isBusy}
          onClick=${() => setOpen('cancel')}
        >
          Cancel run
        </button>`
      }
    </div>
    ${
      open === 'cancel' &&
      html`<${Dialog} title="Cancel this run?" onClose=${close}>
        <p>
          A step that the app is executing now still finishes, but its result is dropped. No further step
          runs.
        </p>
        <div class="actions">
          <button type="button" class="button" onClick=${close}>Keep it</button>
          <button
            type="button"
            class="button danger"
            onClick=${() => {
              close();
              void act(async () => {
                await api.cancel(run.id);
              });
            }}
          >
            Cancel the run
          </button>
        </div>
      <//>`
    }
    ${
      open === 'again' &&
      again &&
      (again.name === INVOKED
        ? html`<${Invoke} fn=${{ ...run.function, app: run.app }} data=${again.data} onClose=${close} />`
        : html`<${SendEvent} draft=${again} onClose=${close} />`)
    }
  `;
}

/**
 * The event that triggered the run, to send it again; undefined for a schedule, or if the event was removed.
 *
 * @param {Trace} trace
 */
function payloadOf({ rootSpan }) {
  const input = /** @type {{ data?: { name: string, data: Record<string, unknown> }[] } | undefined} */ (
    rootSpan.input
  );
  const event = input?.data?.[0];
  if (!event) return undefined;
  const { _inngest, ...data } = event.data;
  if (event.name === INVOKED) return { name: event.name, data };
  return event.name.startsWith('inngest/') ? undefined : { name: event.name, data: event.data };
}
