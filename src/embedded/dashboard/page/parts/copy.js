import { html } from 'htm/preact';
import { useState } from 'preact/hooks';

/**
 * A button that copies a text and then shows that it has.
 *
 * @param {{ text: string, what: string }} properties `what` names the text: "run id"
 */
export function Copy({ text, what }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  }
  return html`
    <button type="button" class="button quiet small" onClick=${copy} aria-label=${`Copy ${what}`}>
      ${copied ? 'Copied' : 'Copy'}
    </button>
  `;
}
