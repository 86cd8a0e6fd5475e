import { html } from 'htm/preact';
import { api } from '../data/api.js';

/** The button to log out. */
export function LogOutButton() {
  return html`
    <button
      type="button"
      class="button quiet icon"
      title="Log out"
      aria-label="Log out"
      onClick=${() => void api.logOut()}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path
          d="M6.5 2.5h-3a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M6.5 8h7m-2.8-3L13.7 8l-3 3"
          fill="none"
          stroke="currentColor"
          stroke-width="1.5"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      </svg>
    </button>
  `;
}
