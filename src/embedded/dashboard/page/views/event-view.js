import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { api, serverNow } from '../data/api.js';
import { useResource, useTitle } from '../data/hooks.js';
import { href } from '../data/route.js';
import { clockTime } from '../parts/format.js';
import { Copy } from '../parts/copy.js';
import { Json } from '../parts/json.js';
import { affectsEvent, Outcomes } from '../parts/outcomes.js';
import { Problem } from '../parts/problem.js';
import { SendEvent } from '../parts/send-event.js';

/** @import { EventView as Event } from '../../../api/v2/answer-types/event.js' */

/** @param {{ id: string }} properties */
export function EventView({ id }) {
  const { data, error, reload } = useResource((signal) => api.event(id, signal), [id], affectsEvent(id));
  useTitle(data?.name ?? 'Event');
  return html`
    <div class="page">
      <nav class="crumbs" aria-label="Path">
        <a href=${href(['events'])}>Events</a><span aria-hidden="true">/</span
        ><span>${data?.name ?? id}</span>
      </nav>
      <${Problem} error=${error} onRetry=${reload} />
      ${data && html`<${Loaded} event=${data} />`}
    </div>
  `;
}

/** @param {{ event: Event }} properties */
function Loaded({ event }) {
  const [isSending, setSending] = useState(false);
  const now = serverNow();
  return html`
    <div class="run-title"><h1 class="code">${event.name}</h1></div>
    <dl class="facts">
      <div>
        <dt>Event</dt>
        <dd><span class="mono">${event.id}</span> <${Copy} text=${event.id} what="event id" /></dd>
      </div>
      ${
        event.senderId &&
        html`<div>
          <dt>Sender's id</dt>
          <dd class="mono">${event.senderId}</dd>
        </div>`
      }
      <div>
        <dt>Received</dt>
        <dd>${clockTime(event.receivedAt, { now, millis: true })}</dd>
      </div>
      ${
        event.ts !== event.receivedAt &&
        html`<div>
          <dt>Timestamp</dt>
          <dd>${clockTime(event.ts, { now, millis: true })}</dd>
        </div>`
      }
      ${
        event.isInternal &&
        html`<div>
          <dt>Sent by</dt>
          <dd>the server itself</dd>
        </div>`
      }
    </dl>
    ${
      !event.isInternal &&
      html`<div class="actions run-actions">
        <button type="button" class="button" onClick=${() => setSending(true)}>Edit and send again…</button>
      </div>`
    }
    <section class="details">
      <h2>Outcomes</h2>
      <${Outcomes} event=${event} />
      <h2>Data</h2>
      <${Json} value=${event.data} what="data" />
    </section>
    ${isSending && html`<${SendEvent} draft=${{ name: event.name, data: event.data }} onClose=${() => setSending(false)} />`}
  `;
}
