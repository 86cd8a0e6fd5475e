import { html } from 'htm/preact';
import { Copy } from './copy.js';
import { Json } from './json.js';

/**
 * An error in Inngest's form.
 *
 * @typedef {{ name?: string, message?: string, stack?: string, cause?: unknown, [extra: string]: unknown }} SerializedError
 */

/**
 * @param {unknown} value
 * @returns {value is SerializedError}
 */
export function isError(value) {
  return typeof value === 'object' && value !== null && 'message' in value;
}

/**
 * An error: its message, its stack, its cause and its other fields.
 *
 * @param {{ error: SerializedError }} properties
 */
export function ErrorDetails({ error }) {
  const { name = 'Error', message = '', stack, cause, __serialized, ...rest } = error;
  return html`
    <div class="error">
      <p class="error-message"><strong>${name}</strong>${message && `: ${message}`}</p>
      ${
        stack &&
        html`<div class="json">
          <div class="json-tools"><${Copy} text=${stack} what="stack" /></div>
          <pre tabindex="0" aria-label="Stack"><code>${stack}</code></pre>
        </div>`
      }
      ${
        isError(cause) &&
        html`<p class="muted">Caused by</p>
          <${ErrorDetails} error=${cause} />`
      }
      ${Object.keys(rest).length > 0 && html`<${Json} value=${rest} what="other fields of the error" />`}
    </div>
  `;
}
