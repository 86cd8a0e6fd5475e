import { html } from 'htm/preact';
import { useEffect } from 'preact/hooks';
import { api, serverNow } from '../data/api.js';
import { useResource } from '../data/hooks.js';
import { href } from '../data/route.js';
import { localTimes } from './format.js';

/** How often the server is asked for what it has set aside, in milliseconds. No change notice tells of it. */
const ASK_EVERY_MS = 10_000;

const KINDS = { call: 'call', timer: 'timer', job: 'job' };

/** @import { SetAsideView } from '../../../api/v2/answer-types/health.js' */

/** Names what the server kept failing with and set aside; nothing if there is nothing. */
export function SetAsideNotice() {
  const { data, reload } = useResource(
    (signal) => api.health(signal),
    [],
    () => false,
  );
  useEffect(() => {
    const timer = setInterval(reload, ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (!data?.setAside) return null;
  const { count, items = [] } = data.setAside;
  return html`
    <section class="set-aside" role="alert">
      <strong
        >${count} ${count === 1 ? 'item is' : 'items are'} set aside after repeated errors of the
        server.</strong
      >
      <span> Everything else goes on; the next start tries them again.</span>
      <ul>
        ${items.map((item) => html`<li>${whatOf(item)}, ${localTimes(item.at, serverNow())}: ${item.error}</li>`)}
      </ul>
    </section>
  `;
}

/** @param {SetAsideView} item */
function whatOf({ kind, id, runId }) {
  if (kind === 'event') return html`The event <a class="mono" href=${href(['events', id])}>${id}</a>`;
  if (!runId) return html`The ${KINDS[kind]} <span class="mono">${id}</span>`;
  return html`A ${KINDS[kind]} of run <a class="mono" href=${href(['runs', runId])}>${runId}</a>`;
}
