import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { Copy } from './copy.js';

/** How many characters are shown at first. A browser takes seconds to lay out a few megabytes. */
const SHOWN_AT_FIRST = 20_000;

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/**
 * A value as coloured JSON.
 *
 * @param {{ value: unknown, what: string }} properties `what` names the value on the copy button
 */
export function Json({ value, what }) {
  const [all, setAll] = useState(false);
  const text = JSON.stringify(value, null, 2) ?? 'null';
  const shown = all ? text : text.slice(0, SHOWN_AT_FIRST);
  const rest = text.length - shown.length;
  return html`
    <div class="json">
      <div class="json-tools">
        ${
          rest > 0 &&
          html`<button type="button" class="button quiet small" onClick=${() => setAll(true)}>
            Show ${rest.toLocaleString()} more characters
          </button>`
        }
        <${Copy} text=${text} what=${what} />
      </div>
      <pre tabindex="0" aria-label=${what}><code>${coloured(shown)}</code></pre>
    </div>
  `;
}

/** @param {string} text */
function coloured(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, word, number] = match;
    parts.push(text.slice(end, match.index));
    const kind = string ? (colon ? 'key' : 'string') : word ? 'word' : number ? 'number' : '';
    parts.push(html`<span class="json-${kind}">${string ?? whole}</span>`, colon ?? '');
    end = match.index + whole.length;
  }
  parts.push(text.slice(end));
  return parts;
}
