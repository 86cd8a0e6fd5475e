import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { api, serverNow } from '../data/api.js';
import { useResource } from '../data/hooks.js';
import { EVERYTHING } from '../data/live.js';
import { href } from '../data/route.js';
import { Dialog } from '../parts/dialog.js';
import { clockTime, counted, localTimes } from '../parts/format.js';
import { Problem } from '../parts/problem.js';

/** @import { FunctionView, PauseView } from '../../../api/v2/answer-types/function.js' */

/** The last skipped starts that are shown. */
const SKIPPED_SHOWN = 20;

/**
 * Pauses a function after asking how, or lets it go on.
 *
 * @param {{ fn: FunctionView, onProblem: (error: Error | undefined) => void }} properties
 */
export function PauseButton({ fn, onProblem }) {
  const [isWaitingFor, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);

  async function resume() {
    setBusy(true);
    onProblem(undefined);
    try {
      await api.resume(fn);
    } catch (error) {
      onProblem(/** @type {Error} */ (error));
    }
    setBusy(false);
  }

  if (fn.pause) {
    return html`<button type="button" class="button primary" disabled=${isBusy} onClick=${resume}>
      Resume
    </button>`;
  }
  return html`
    <button type="button" class="button" onClick=${() => setAsking(true)}>Pause…</button>
    ${isWaitingFor && html`<${Question} fn=${fn} onClose=${() => setAsking(false)} />`}
  `;
}

/** @param {{ fn: FunctionView, onClose: () => void }} properties */
function Question({ fn, onClose }) {
  const [newRuns, setNewRuns] = useState('wait');
  const [underWay, setUnderWay] = useState('finish');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {Error | undefined} */ (undefined));

  async function pause() {
    setBusy(true);
    setError(undefined);
    try {
      await api.pause(fn, { newRuns, underWay });
      onClose();
    } catch (problem) {
      setError(/** @type {Error} */ (problem));
      setBusy(false);
    }
  }

  return html`
    <${Dialog} title=${`Pause ${fn.name}`} onClose=${onClose}>
      <form
        onSubmit=${(/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          void pause();
        }}
      >
        <p>Until it is resumed, also over restarts and registrations. Ticks of its schedule are skipped.</p>
        <${Choice}
          legend="New runs"
          name="new-runs"
          value=${newRuns}
          onChange=${setNewRuns}
          options=${[
            ['wait', 'wait, and start in their order when it goes on'],
            ['skip', 'are skipped; whoever waits for one is told'],
          ]}
        />
        <${Choice}
          legend="Runs that have started"
          name="under-way"
          value=${underWay}
          onChange=${setUnderWay}
          options=${[
            ['finish', 'finish'],
            ['wait', 'wait after the step that is under way'],
          ]}
        />
        <${Problem} error=${error} />
        <div class="actions">
          <button type="button" class="button" onClick=${onClose}>Cancel</button>
          <button type="submit" class="button primary" disabled=${isBusy}>Pause</button>
        </div>
      </form>
    <//>
  `;
}

/**
 * @param {{
 *   legend: string, name: string, value: string, options: [string, string][], onChange: (value: string) => void,
 * }} properties
 */
function Choice({ legend, name, value, options, onChange }) {
  return html`
    <fieldset class="choice">
      <legend>${legend}</legend>
      ${options.map(
        ([option, words]) =>
          html`<label>
            <input
              type="radio"
              name=${name}
              value=${option}
              checked=${value === option}
              onChange=${() => onChange(option)}
            />
            ${words}
          </label>`,
      )}
    </fieldset>
  `;
}

/** How a function is paused, in words. @param {{ fn: FunctionView & { pause: PauseView } }} properties */
export function PauseNotice({ fn }) {
  const { since, newRuns, underWay, waitingCalls } = fn.pause;
  const starts = newRuns === 'wait' ? 'New runs wait' : 'New runs are skipped';
  const rest =
    underWay === 'finish' ? 'what is under way finishes' : 'what is under way waits after its step';
  const waiting = `${counted(waitingCalls, 'call')} ${waitingCalls === 1 ? 'waits' : 'wait'}.`;
  return html`
    <p class="paused" role="status">
      ${`Paused since ${clockTime(since, { now: serverNow() })}. ${starts}; ${rest}. ${waitingCalls > 0 ? waiting : ''}`}
    </p>
  `;
}

/** The last events that started no run of the function, and why; read when the reader opens it. @param {{ fn: FunctionView }} properties */
export function SkippedStarts({ fn }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <details
      class="skipped"
      onToggle=${(/** @type {{ currentTarget: HTMLDetailsElement }} */ event) => setOpen(event.currentTarget.open)}
    >
      <summary>Skipped starts</summary>
      ${isOpen && html`<${Skipped} fn=${fn} />`}
    </details>
  `;
}

/** @param {{ fn: FunctionView }} properties */
function Skipped({ fn }) {
  const { data, error, reload } = useResource(
    (signal) => api.skipped(fn, SKIPPED_SHOWN, signal),
    [],
    (change) => change === EVERYTHING || change.events.size > 0 || change.functions,
  );
  const now = serverNow();
  if (!data) return html`<${Problem} error=${error} onRetry=${reload} />`;
  if (data.length === 0) return html`<p class="muted">None: every event that fits has started a run.</p>`;
  return html`
    <ul>
      ${data.map(
        ({ eventId, eventName, reason, at }) =>
          html`<li key=${eventId}>
            <span class="number muted">${clockTime(at, { now })}</span>${' '}
            <a class="code" href=${href(['events', eventId])}>${eventName}</a>${' '}
            <span class="muted">${localTimes(reason.replace(/^skipped: /, ''), now)}</span>
          </li>`,
      )}
    </ul>
  `;
}
