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
  const body = parse(text);
  const reason = `${body?.error ?? text.trim()} (HTTP ${status})`;
  if (status >= 500) return { kind: 'unreachable', reason };
  // Inngest repeats the status in the body; anything that is not its JSON comes from someone else.
  const said = body?.status ?? status;
  return body && status < 400 && said < 400 ? { kind: 'registered' } : { kind: 'refused', reason };
}

interface RegisterAnswer {
  status?: number;
  error?: string;
}

function parse(text: string): RegisterAnswer | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

/** The message of an error and of what caused it: `fetch failed: connect ECONNREFUSED 127.0.0.1:8288`. */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const { message, cause, code } = error as { message: string; cause?: unknown; code?: string };
  // Node's "happy eyeballs" error has no message but a code.
  const own = message || code || 'unknown error';
  return cause === undefined ? own : `${own}: ${reasonOf(cause)}`;
}
