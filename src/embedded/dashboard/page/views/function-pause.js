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

/** The number of skipped starts that are shown. */
const MAX_SKIPPED = 20;

/**
 * Pauses a function after asking how, or resumes it.
 *
 * @param {{ fn: FunctionView, onProblem: (error: Error | undefined) => void }} properties
 */
export function PauseButton({ fn, onProblem }) {
  const [isAsking, setAsking] = useState(false);
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
    ${isAsking && html`<${Question} fn=${fn} onClose=${() => setAsking(false)} />`}
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
        <p>
          The pause lasts until you resume the function, also across restarts and registrations. Ticks of its
          schedule are skipped.
        </p>
        <${Choice}
          legend="New runs"
          name="new-runs"
          value=${newRuns}
          onChange=${setNewRuns}
          options=${[
            ['wait', 'wait, and start in their order when the function is resumed'],
            ['skip', 'are skipped; steps that invoke the function fail'],
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

/** Describes the pause of a function. @param {{ fn: FunctionView & { pause: PauseView } }} properties */
export function PauseNotice({ fn }) {
  const { since, newRuns, underWay, waitingCalls } = fn.pause;
  const starts = newRuns === 'wait' ? 'New runs wait' : 'New runs are skipped';
  const rest =
    underWay === 'finish' ? 'runs under way finish' : 'runs under way wait after their current step';
  const waiting = `${counted(waitingCalls, 'call')} ${waitingCalls === 1 ? 'waits' : 'wait'}.`;
  return html`
    <p class="paused" role="status">
      ${`Paused since ${clockTime(since, { now: serverNow() })}. ${starts}; ${rest}. ${waitingCalls > 0 ? waiting : ''}`}
    </p>
  `;
}

/** The last events that the function skipped, with the reasons. They are read when the reader opens the list. @param {{ fn: FunctionView }} properties */
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
    (signal) => api.skipped(fn, MAX_SKIPPED, signal),
    [],
    (change) => change === EVERYTHING || change.events.size > 0 || change.functions,
  );
  const now = serverNow();
  if (!data) return html`<${Problem} error=${error} onRetry=${reload} />`;
  if (data.length === 0) return html`<p class="muted">None. Every matching event has started a run.</p>`;
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
