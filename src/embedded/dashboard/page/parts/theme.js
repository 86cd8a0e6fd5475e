import { html } from 'htm/preact';
import { useLayoutEffect, useState } from 'preact/hooks';

const THEMES = ['system', 'light', 'dark'];
const STORAGE_KEY = 'theme';

/** A button that changes the theme: light, dark, or that of the system. */
export function ThemeButton() {
  const [theme, setTheme] = useState(() => localStorage.getItem(STORAGE_KEY) ?? 'system');
  useLayoutEffect(() => {
    document.documentElement.style.colorScheme = theme === 'system' ? 'light dark' : theme;
    localStorage.setItem(STORAGE_KEY, theme);
  }, [theme]);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  return html`
    <button
      type="button"
      class="button quiet theme"
      title=${`Theme: ${theme}`}
      aria-label=${`Theme: ${theme}. Change to ${next}.`}
      onClick=${() => setTheme(next)}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.5" />
        ${theme === 'system' && html`<path d="M8 2.5a5.5 5.5 0 0 1 0 11Z" fill="currentColor" />`}
        ${theme === 'dark' && html`<circle cx="8" cy="8" r="5.5" fill="currentColor" />`}
      </svg>
    </button>
  `;
}
