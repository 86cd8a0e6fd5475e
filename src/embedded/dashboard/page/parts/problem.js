import { html } from 'htm/preact';

/**
 * An error, in the server's words.
 *
 * @param {{ error: Error | undefined, onRetry?: () => void }} properties
 */
export function Problem({ error, onRetry }) {
  if (!error) return null;
  return html`
    <div class="problem" role="alert">
      <span>${error.message}</span>
      ${onRetry && html`<button type="button" class="button small" onClick=${onRetry}>Try again</button>`}
    </div>
  `;
}
