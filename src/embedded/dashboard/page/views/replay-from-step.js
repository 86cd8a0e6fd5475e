import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { api } from '../data/api.js';
import { go, href } from '../data/route.js';
import { Dialog } from '../parts/dialog.js';
import { JsonEditor } from '../parts/json-editor.js';
import { jsonProblem } from '../parts/json-problem.js';
import { Problem } from '../parts/problem.js';
import { submitOnCtrlEnter } from '../parts/send-event.js';

/** @import { Span } from '../../../api/v2/answer-types/trace.js' */

/** The steps that have arguments, which a replay can replace. */
const WITH_INPUT = ['RUN', 'FETCH'];

/**
 * A button that replays the run from one of its steps, after asking for the arguments of the step.
 *
 * @param {{ span: Span & { stepId: string }, runId: string }} properties
 */
export function ReplayFromStep({ span, runId }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <button type="button" class="button" onClick=${() => setOpen(true)}>Replay from here…</button>
    ${isOpen && html`<${Question} span=${span} runId=${runId} onClose=${() => setOpen(false)} />`}
  `;
}

/** @param {{ span: Span & { stepId: string }, runId: string, onClose: () => void }} properties */
function Question({ span, runId, onClose }) {
  const given = argumentsOf(span);
  const [hasInput, setHasInput] = useState(false);
  const [text, setText] = useState(() => JSON.stringify(given, null, 2));
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {Error | undefined} */ (undefined));
  const canReplay = !isBusy && (!hasInput || jsonProblem(text, 'list') === undefined);

  async function replay() {
    setBusy(true);
    setError(undefined);
    try {
      const input = hasInput ? JSON.parse(text) : undefined;
      const { runId: again } = await api.replay(runId, { stepId: span.stepId, input });
      onClose();
      go(href(['runs', again]));
    } catch (problem) {
      setError(/** @type {Error} */ (problem));
      setBusy(false);
    }
  }

  return html`
    <${Dialog} title=${`Replay from “${span.name}”`} onClose=${onClose}>
      <form
        onSubmit=${(/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          if (canReplay) void replay();
        }}
        onKeyDown=${submitOnCtrlEnter}
      >
        <p>
          A new run takes over the results of the steps before this one, and executes this step and everything
          after it.
        </p>
        ${
          WITH_INPUT.includes(span.stepOp ?? '') &&
          html`<label class="check">
            <input
              type="checkbox"
              checked=${hasInput}
              onChange=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => setHasInput(event.currentTarget.checked)}
            />
            Give the step other arguments
          </label>`
        }
        ${hasInput && html`<${JsonEditor} id="step-input" label="Arguments" kind="list" text=${text} onChange=${setText} />`}
        <${Problem} error=${error} />
        <div class="actions">
          <button type="button" class="button" onClick=${onClose}>Cancel</button>
          <button type="submit" class="button primary" disabled=${!canReplay}>Replay</button>
        </div>
      </form>
    <//>
  `;
}

/**
 * The arguments of the step in the app's code, after its id and its function.
 *
 * @param {Span} span
 * @returns {unknown[]}
 */
function argumentsOf({ input }) {
  const given = /** @type {{ input?: unknown } | undefined} */ (input)?.input;
  return Array.isArray(given) ? given : [];
}
