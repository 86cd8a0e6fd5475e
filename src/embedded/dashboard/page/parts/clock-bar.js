import { html } from 'htm/preact';
import { useRef, useState } from 'preact/hooks';
import { api, serverNow } from '../data/api.js';
import { useNow, useResource } from '../data/hooks.js';
import { clockTime, duration } from './format.js';
import { Problem } from './problem.js';

/** @import { ClockView } from '../../../api/v2/answer-types/clock.js' */

/** Differences below this many milliseconds count as none. */
const MIN_DIFFERENCE_MS = 1_000;

/** Shows and moves the server's virtual clock. Shows nothing if the server uses the machine's clock. */
export function ClockBar() {
  const { data, reload } = useResource(
    (signal) => api.clock(signal),
    [],
    // A server without a virtual clock does not get one later.
    (_change, clock) => clock !== undefined,
  );
  useNow(data !== undefined, 1_000);
  return data ? html`<${Bar} clock=${data} onMoved=${reload} />` : null;
}

/** @param {{ clock: ClockView, onMoved: () => void }} properties */
function Bar({ clock, onMoved }) {
  const [by, setBy] = useState('1h');
  const [moved, setMoved] = useState('');
  const [error, setError] = useState(/** @type {Error | undefined} */ (undefined));
  const [isMoving, setMoving] = useState(false);
  const abort = useRef(/** @type {AbortController | undefined} */ (undefined));

  /** @param {string} amount */
  async function move(amount) {
    const stopping = new AbortController();
    abort.current = stopping;
    setMoving(true);
    setMoved('');
    setError(undefined);
    try {
      const { movedByMs } = await api.advance(amount, stopping.signal);
      setMoved(`Moved by ${duration(movedByMs)}.`);
    } catch (problem) {
      if (!stopping.signal.aborted) setError(/** @type {Error} */ (problem));
    }
    setMoving(false);
    onMoved();
  }

  return html`
    <section class="clock-bar" aria-label="Virtual clock">
      <p>
        <strong>Virtual clock</strong>
        <time class="number" datetime=${new Date(serverNow()).toISOString()}
          >${new Date(serverNow()).toLocaleString()}</time
        >
        <span class="muted">${aheadWords(clock)}</span>
      </p>
      <p class="muted" role="status">${isMoving ? 'Moving…' : `${moved} ${dueWords(clock)}`}</p>
      <form
        class="actions"
        onSubmit=${(/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          if (!isMoving) void move(by.trim());
        }}
      >
        ${
          isMoving
            ? html`<button type="button" class="button small" onClick=${() => abort.current?.abort()}>
                Stop
              </button>`
            : html`<button
                type="button"
                class="button small"
                disabled=${clock.nextDue === null}
                onClick=${() => move('next')}
              >
                Skip to the next due time
              </button>`
        }
        <label class="unseen" for="clock-by">By how much to skip</label>
        <input
          id="clock-by"
          class="number"
          value=${by}
          size="7"
          placeholder="1h30m"
          autocomplete="off"
          required
          onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => setBy(event.currentTarget.value)}
        />
        <button type="submit" class="button small" disabled=${isMoving}>Skip</button>
      </form>
      <${Problem} error=${error} />
    </section>
  `;
}

/** @param {ClockView} clock */
function aheadWords({ aheadMs }) {
  if (Math.abs(aheadMs) < MIN_DIFFERENCE_MS) return "same as the machine's clock";
  return aheadMs > 0 ? `${duration(aheadMs)} ahead` : `${duration(-aheadMs)} behind`;
}

/** @param {ClockView} clock */
function dueWords({ nextDue }) {
  if (nextDue === null) return 'Nothing is due.';
  const now = serverNow();
  const left = Date.parse(nextDue) - now;
  return `Next due at ${clockTime(nextDue, { now })}${left > 0 ? `, in ${duration(left)}` : ''}.`;
}
