import { isDeployment } from '../../common/deployment.js';
import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import { oneLine } from '../../common/printable.js';

/** How an attempt to register the functions ended. */
export type SyncOutcome =
  | { readonly kind: 'registered' }
  /** Inngest keeps what a newer deployment registered. */
  | { readonly kind: 'superseded'; readonly by: number }
  /** Inngest refused the registration; `reason` is its text. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nothing answered, or a gateway answered instead of Inngest. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** This application did not answer its own request, so nothing was sent to Inngest. */
  | { readonly kind: 'not-asked'; readonly reason: string };

/** Reads an answer to `POST /fn/register`. */
export function outcomeOf(status: number, text: string): SyncOutcome {
  const json = parseJson(text);
  const body: RegisterAnswer | undefined = isRecord(json) ? json : undefined;
  const reason = reasonOf(status, text);
  if (status >= 500) return { kind: 'unreachable', reason };
  // Inngest repeats the status in the body. An answer without such JSON comes from another server.
  const said = body?.status ?? status;
  if (!body || status >= 400 || said >= 400) return { kind: 'refused', reason };
  const by = body.newerDeployment;
  return isDeployment(by) ? { kind: 'superseded', by } : { kind: 'registered' };
}

/** The answer to a registration that changes nothing because a newer deployment is registered. */
export function superseded(by: number): Response {
  return Response.json({ ok: true, modified: false, newerDeployment: by } satisfies RegisterAnswer);
}

/** Whether a request is `POST /fn/register`. */
export function isRegistration(input: string | URL | Request): boolean {
  const url = input instanceof Request ? input.url : input;
  return new URL(url).pathname.endsWith('/fn/register');
}

/** The reason of an error answer from Inngest or a gateway: its text in one line, and the status. */
export function reasonOf(status: number, text: string): string {
  const json = parseJson(text);
  const why = isRecord(json) && typeof json['error'] === 'string' ? json['error'] : text;
  return `${oneLine(why)} (HTTP ${status})`.trimStart();
}

interface RegisterAnswer {
  ok?: boolean;
  modified?: boolean;
  /** Only the embedded server and {@link superseded} name it. */
  newerDeployment?: unknown;
  status?: number;
}
