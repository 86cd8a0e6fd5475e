import { html } from 'htm/preact';
import { useEffect, useState } from 'preact/hooks';

/** How long one may pause while typing before it is searched for, in milliseconds. */
const TYPING_MS = 250;

/**
 * A search field that speaks once one has paused.
 *
 * @param {{ text: string, placeholder: string, onChange: (text: string) => void }} properties
 */
export function Search({ text, placeholder, onChange }) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => onChange(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return html`
    <input
      type="search"
      class="search"
      aria-label="Search"
      placeholder=${placeholder}
      value=${typed}
      spellcheck=${false}
      autocomplete="off"
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => setTyped(event.currentTarget.value)}
    />
  `;
}
