import { absent, mismatches } from '../expectations.js';
import type { AnswerExpectation, Request, Signed } from '../scenario.js';
import type { Answer } from '../setup/inngest-api.js';
import { parsed } from '../setup/recorder.js';
import { signatureOf } from '../setup/signature.js';
import type { Setup } from '../setup/setup.js';

const HOUR_MS = 3_600_000;
/** A signing key that no server has. */
const OTHER_KEY = '0123456789abcdef'.repeat(4);

/** Sends a request of a scenario. `ids` are the values of its `{placeholders}`. */
export function send(request: Request, setup: Setup, ids: Record<string, string> = {}): Promise<Answer> {
  const known: Record<string, string> = {
    key: setup.target.eventKey,
    signingKey: setup.target.signingKey ?? '',
    app: setup.app.id,
    appUrl: setup.app.url,
    nonce: setup.nonce,
    now: new Date(setup.target.clock.now()).toISOString(),
    ...ids,
  };
  const fill = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole);
  const body = request.raw?.() ?? (request.json === absent ? absent : fill(JSON.stringify(request.json)));
  const path = fill(request.path);
  const url = request.to === 'app' ? new URL(path, setup.app.url).href : path;
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => [name, fill(value)]);
  return setup.api.ask(request.method, url, body, {
    ...(Object.fromEntries(headers) as Record<string, string>),
    ...(request.signed && { 'x-inngest-signature': sign(request.signed, body, setup) }),
  });
}

function sign(signed: Signed, body: string | undefined, { target }: Setup): string {
  const key = signed === 'with another key' ? OTHER_KEY : (target.signingKey ?? OTHER_KEY);
  const at = Date.now() - (signed === 'an hour ago' ? HOUR_MS : 0);
  return signatureOf(body === absent ? absent : parsed(body), key, at);
}

export function checkAnswer(
  expected: AnswerExpectation,
  answer: Answer,
  path: string,
  setup: Setup,
): string[] {
  const { target } = setup;
  return [
    ...mismatches(expected.status, answer.status, `${path}.status`, target),
    ...Object.entries(expected.headers ?? {}).flatMap(([name, value]) =>
      mismatches(value, answer.headers[name], `${path}.headers.${name}`, target),
    ),
    ...('body' in expected ? mismatches(expected.body, answer.body, `${path}.body`, target) : []),
  ];
}
