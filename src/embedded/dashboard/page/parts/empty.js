import { html } from 'htm/preact';
import { Copy } from './copy.js';

/** @import { ComponentChildren } from 'preact' */

/**
 * Says that there is nothing to show, and what to do about it.
 *
 * @param {{ title: string, command?: string, children?: ComponentChildren }} properties
 */
export function Empty({ title, command, children }) {
  return html`
    <div class="empty">
      <h2>${title}</h2>
      <p>${children}</p>
      ${
        command &&
        html`<div class="command">
          <pre tabindex="0" aria-label="Command"><code>${command}</code></pre>
          <${Copy} text=${command} what="the command" />
        </div>`
      }
    </div>
  `;
}
