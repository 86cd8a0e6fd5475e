import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import { oneLine } from '../../common/printable.js';

/** How an attempt to register the functions ended. */
export type SyncOutcome =
  | { readonly kind: 'registered' }
  /** Inngest answered, and said no; `reason` is its text. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nobody answered, or a gateway in place of Inngest. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** This application did not answer its own request, so Inngest was not asked. */
  | { readonly kind: 'not-asked'; readonly reason: string };

/** Reads an answer to `POST /fn/register`. */
export function outcomeOf(status: number, text: string): SyncOutcome {
  const json = parseJson(text);
  const body: RegisterAnswer | undefined = isRecord(json) ? json : undefined;
  const why = typeof body?.error === 'string' ? body.error : text;
  const reason = `${oneLine(why)} (HTTP ${status})`;
  if (status >= 500) return { kind: 'unreachable', reason };
  // Inngest repeats the status in the body; anything that is not its JSON comes from someone else.
  const said = body?.status ?? status;
  return body && status < 400 && said < 400 ? { kind: 'registered' } : { kind: 'refused', reason };
}

interface RegisterAnswer {
  status?: number;
  error?: unknown;
}
