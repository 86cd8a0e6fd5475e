import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { api } from '../data/api.js';
import { go, href } from '../data/route.js';
import { Dialog } from './dialog.js';
import { JsonEditor } from './json-editor.js';
import { jsonProblem } from './json-problem.js';
import { Reason } from './outcomes.js';
import { Problem } from './problem.js';
import { submitOnCtrlEnter } from './send-event.js';

/**
 * Invokes a function with data that the reader enters, and opens the run.
 *
 * @param {{
 *   fn: { id: string, name: string, app: { id: string } }, data: unknown, onClose: () => void,
 * }} properties `data`: the initial data
 */
export function Invoke({ fn, data, onClose }) {
  const [text, setText] = useState(() => JSON.stringify(data, null, 2));
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {Error | undefined} */ (undefined));
  const [reason, setReason] = useState('');
  const canInvoke = jsonProblem(text) === undefined && !isBusy;

  async function invoke() {
    setBusy(true);
    setError(undefined);
    setReason('');
    try {
      const outcome = await api.invoke(fn, JSON.parse(text));
      if (outcome.runId !== undefined) {
        onClose();
        go(href(['runs', outcome.runId]));
        return;
      }
      setReason(outcome.reason ?? '');
    } catch (problem) {
      setError(/** @type {Error} */ (problem));
    }
    setBusy(false);
  }

  return html`
    <${Dialog} title=${`Invoke ${fn.name}`} onClose=${onClose}>
      <form
        onSubmit=${(/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          if (canInvoke) void invoke();
        }}
        onKeyDown=${submitOnCtrlEnter}
      >
        <${JsonEditor} id="invoke-data" label="event.data" text=${text} onChange=${setText} />
        <${Problem} error=${error} />
        ${reason && html`<p role="status">No run yet: <${Reason} text=${reason} /></p>`}
        <div class="actions">
          <button type="button" class="button" onClick=${onClose}>Cancel</button>
          <button type="submit" class="button primary" disabled=${!canInvoke}>Invoke</button>
        </div>
      </form>
    <//>
  `;
}
