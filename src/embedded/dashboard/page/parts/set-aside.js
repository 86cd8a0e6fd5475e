import { html } from 'htm/preact';
import { useEffect } from 'preact/hooks';
import { api, serverNow } from '../data/api.js';
import { useResource } from '../data/hooks.js';
import { href } from '../data/route.js';
import { localTimes } from './format.js';

/** How often the page reads the set-aside items, in milliseconds. There are no change notices for them. */
const READ_EVERY_MS = 10_000;

const KINDS = { call: 'call', timer: 'timer', job: 'job' };

/** @import { SetAsideView } from '../../../api/v2/answer-types/health.js' */

/** Lists the items that the server has set aside. Shows nothing if there are none. */
export function SetAsideNotice() {
  const { data, reload } = useResource(
    (signal) => api.health(signal),
    [],
    () => false,
  );
  useEffect(() => {
    const timer = setInterval(reload, READ_EVERY_MS);
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
      <span> Everything else goes on. The server tries them again at its next start.</span>
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
