import { html } from 'htm/preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** How long after the last key press the search starts, in milliseconds. */
const TYPING_MS = 250;

/**
 * A search field that reports its text when the reader pauses.
 *
 * @param {{ text: string, placeholder: string, onChange: (text: string) => void }} properties
 */
export function Search({ text, placeholder, onChange }) {
  const [typed, setTyped] = useState(text);
  // A text that this field has reported must not overwrite what the reader has typed since.
  const reported = useRef(text);
  useEffect(() => {
    if (text !== reported.current) setTyped(text);
    reported.current = text;
  }, [text]);
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => {
      reported.current = typed;
      onChange(typed);
    }, TYPING_MS);
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
