import { html } from 'htm/preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../data/api.js';
import { useResource } from '../data/hooks.js';
import { href } from '../data/route.js';
import { Dialog } from './dialog.js';
import { JsonEditor } from './json-editor.js';
import { jsonProblem } from './json-problem.js';
import { affectsEvent, Outcomes } from './outcomes.js';
import { Problem } from './problem.js';
import { sampleFrom } from './sample.js';

/** @typedef {{ name: string, data: unknown }} Draft */

/** The number of recent events that are searched for a suggestion. */
const RECENT = 20;

/**
 * Sends an event, and shows its outcomes.
 *
 * @param {{ draft?: Draft, onClose: () => void }} properties `draft`: the initial event
 */
export function SendEvent({ draft, onClose }) {
  const [name, setName] = useState(draft?.name ?? '');
  const [text, setText] = useState(() => JSON.stringify(draft?.data ?? {}, null, 2));
  const [names, setNames] = useState(/** @type {string[]} */ ([]));
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {Error | undefined} */ (undefined));
  const [sent, setSent] = useState(/** @type {string | undefined} */ (undefined));
  // The suggestion may arrive after the reader has begun to type: it must not overwrite their text.
  const hasTyped = useRef(false);
  /** @param {(text: string) => void} set */
  const typed = (set) => (/** @type {string} */ value) => {
    hasTyped.current = true;
    set(value);
  };

  useEffect(() => {
    void suggestion().then((suggested) => {
      setNames(suggested.names);
      if (draft || hasTyped.current || !suggested.draft) return;
      setName(suggested.draft.name);
      setText(JSON.stringify(suggested.draft.data, null, 2));
    }, setError);
  }, []);

  const canSend = name.trim() !== '' && jsonProblem(text) === undefined && !isBusy;
  async function send() {
    setBusy(true);
    setError(undefined);
    try {
      setSent((await api.send({ name: name.trim(), data: JSON.parse(text) })).eventId);
    } catch (problem) {
      setError(/** @type {Error} */ (problem));
    }
    setBusy(false);
  }

  return html`
    <${Dialog} title="Send event" onClose=${onClose}>
      <form
        onSubmit=${(/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          if (canSend) void send();
        }}
        onKeyDown=${submitOnCtrlEnter}
      >
        <div class="field">
          <label for="event-name">Name</label>
          <input
            id="event-name"
            class="code"
            list="event-names"
            value=${name}
            placeholder="app/something.happened"
            autocomplete="off"
            required
            onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => typed(setName)(event.currentTarget.value)}
          />
          <datalist id="event-names">${names.map((known) => html`<option value=${known} />`)}</datalist>
        </div>
        <${JsonEditor} id="event-data" label="Data" text=${text} onChange=${typed(setText)} />
        <${Problem} error=${error} />
        ${sent && html`<${Sent} key=${sent} id=${sent} onClose=${onClose} />`}
        <div class="actions">
          <button type="button" class="button" onClick=${onClose}>${sent ? 'Done' : 'Cancel'}</button>
          <button type="submit" class="button primary" disabled=${!canSend}>
            ${sent ? 'Send again' : 'Send'}
          </button>
        </div>
      </form>
    <//>
  `;
}

/** @param {{ id: string, onClose: () => void }} properties */
function Sent({ id, onClose }) {
  const { data: event, error } = useResource((signal) => api.event(id, signal), [id], affectsEvent(id));
  return html`
    <section class="sent" role="status" aria-label="Outcomes" onClick=${closeOnLink(onClose)}>
      <p>Sent as <a href=${href(['events', id])} class="mono">${id}</a></p>
      <${Problem} error=${error} />
      ${event && html`<${Outcomes} event=${event} />`}
    </section>
  `;
}

/** @param {() => void} close */
function closeOnLink(close) {
  return (/** @type {MouseEvent} */ event) => {
    if (event.target instanceof Element && event.target.closest('a')) close();
  };
}

/** @param {KeyboardEvent} event */
export function submitOnCtrlEnter(event) {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  /** @type {HTMLFormElement} */ (event.currentTarget).requestSubmit();
}

/**
 * The event names that trigger a function, and a suggestion: the last such event that was sent; without one, the first name
 * with the fields that its function reads.
 *
 * @returns {Promise<{ names: string[], draft?: Draft }>}
 */
async function suggestion() {
  const [apps, events] = await Promise.all([api.functions(), api.events({ limit: RECENT })]);
  const triggers = apps
    .flatMap(({ functions }) => functions)
    .flatMap((fn) =>
      fn.triggers
        .filter(
          ({ type, value }) => type === 'EVENT' && !value.startsWith('inngest/') && !value.endsWith('*'),
        )
        .map(({ value }) => ({ name: value, data: sampleFrom(fn.configuration) })),
    );
  const names = [...new Set(triggers.map(({ name }) => name))];
  return { names, draft: events.data.find(({ name }) => names.includes(name)) ?? triggers[0] };
}
