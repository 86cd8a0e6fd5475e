import { html } from 'htm/preact';
import { useEffect, useState } from 'preact/hooks';
import { useConnection } from './data/hooks.js';
import { REFUSED_MS } from './data/live.js';
import { href, useRoute } from './data/route.js';
import { ClockBar } from './parts/clock-bar.js';
import { LogOutButton } from './parts/log-out.js';
import { SendEvent } from './parts/send-event.js';
import { SetAsideNotice } from './parts/set-aside.js';
import { ThemeButton } from './parts/theme.js';
import { EventView } from './views/event-view.js';
import { EventsView } from './views/events-view.js';
import { FunctionsView } from './views/functions-view.js';
import { RunView } from './views/run-view.js';
import { RunsView } from './views/runs-view.js';

const PAGES = [
  { path: 'runs', name: 'Runs' },
  { path: 'functions', name: 'Functions' },
  { path: 'events', name: 'Events' },
];

const CONNECTION_WORDS = {
  connecting: 'Connecting',
  live: 'Live',
  slow: `Every ${REFUSED_MS / 1_000} s`,
  away: 'Reconnecting',
};

export function App() {
  const route = useRoute();
  const connection = useConnection();
  const [isSending, setSending] = useState(false);
  const [page = 'runs', id] = route.path;
  useEffect(() => scrollTo(0, 0), [page, id]);
  return html`
    <a class="skip" href="#main" onClick=${skipToMain}>Skip to the content</a>
    <header class="top">
      <a class="brand" href=${href(['runs'])}>Inngest <span>embedded</span></a>
      <nav aria-label="Pages">
        ${PAGES.map(
          ({ path, name }) => html`
            <a href=${href([path])} aria-current=${page === path ? 'page' : undefined}>${name}</a>
          `,
        )}
      </nav>
      <div class="top-tools">
        <span class="connection connection-${connection}" role="status"
          ><span>${CONNECTION_WORDS[connection]}</span></span
        >
        <${ThemeButton} />
        ${'hasLogOut' in document.body.dataset && html`<${LogOutButton} />`}
        <button type="button" class="button primary" onClick=${() => setSending(true)}>
          Send<span> event</span>
        </button>
      </div>
    </header>
    <${SetAsideNotice} />
    <${ClockBar} />
    <main id="main" tabindex="-1">${view(page, id, route.query)}</main>
    ${isSending && html`<${SendEvent} onClose=${() => setSending(false)} />`}
  `;
}

/** @param {MouseEvent} event */
function skipToMain(event) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

/**
 * @param {string} page
 * @param {string | undefined} id
 * @param {URLSearchParams} query
 */
function view(page, id, query) {
  if (page === 'functions') return html`<${FunctionsView} query=${query} />`;
  if (page === 'events') {
    return id ? html`<${EventView} key=${id} id=${id} />` : html`<${EventsView} query=${query} />`;
  }
  return id ? html`<${RunView} key=${id} id=${id} query=${query} />` : html`<${RunsView} query=${query} />`;
}
