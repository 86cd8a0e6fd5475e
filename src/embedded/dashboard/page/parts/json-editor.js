import { html } from 'htm/preact';
import { jsonProblem } from './json-problem.js';

/**
 * A text field for a JSON object or list. It shows mistakes while the reader types.
 *
 * @param {{
 *   id: string, label: string, text: string, kind?: 'object' | 'list', onChange: (text: string) => void,
 * }} properties
 */
export function JsonEditor({ id, label, text, kind = 'object', onChange }) {
  const problem = jsonProblem(text, kind);
  const tidy = () => onChange(JSON.stringify(JSON.parse(text), null, 2));
  return html`
    <div class="field">
      <div class="field-head">
        <label for=${id}>${label}</label>
        <button type="button" class="button quiet small" disabled=${problem !== undefined} onClick=${tidy}>
          Tidy
        </button>
      </div>
      <textarea
        id=${id}
        class="code"
        rows="10"
        spellcheck=${false}
        autocomplete="off"
        value=${text}
        aria-invalid=${problem !== undefined}
        aria-describedby=${`${id}-problem`}
        onInput=${(/** @type {{ currentTarget: HTMLTextAreaElement }} */ event) => onChange(event.currentTarget.value)}
      ></textarea>
      <p id=${`${id}-problem`} class="field-problem" role="status">${problem ?? ''}</p>
    </div>
  `;
}
