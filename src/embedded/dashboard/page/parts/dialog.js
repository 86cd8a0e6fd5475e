import { html } from 'htm/preact';
import { useEffect, useRef } from 'preact/hooks';

/** @import { ComponentChildren } from 'preact' */

/**
 * A modal dialog of the browser: it keeps the focus, and Escape closes it.
 *
 * @param {{ title: string, onClose: () => void, children?: ComponentChildren }} properties
 */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => dialog.current?.showModal(), []);
  /** @param {MouseEvent} event */
  function closeOutside(event) {
    if (event.target === dialog.current) onClose();
  }
  return html`
    <dialog ref=${dialog} aria-labelledby="dialog-title" onClose=${onClose} onMouseDown=${closeOutside}>
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id="dialog-title">${title}</h2>
          <button
            type="button"
            class="button quiet"
            aria-label="Close"
            onClick=${() => dialog.current?.close()}
          >
            ✕
          </button>
        </header>
        ${children}
      </div>
    </dialog>
  `;
}
