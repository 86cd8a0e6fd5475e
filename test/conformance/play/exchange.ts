import { absent, mismatches } from '../expectations.js';
import type { AnswerExpectation, Request } from '../scenario.js';
import type { Answer } from '../stage/inngest-api.js';
import type { Stage } from '../stage/stage.js';

/** Sends a request of a scenario; `ids` fill its `{placeholders}`. */
export function send(request: Request, stage: Stage, ids: Record<string, string> = {}): Promise<Answer> {
  const known: Record<string, string> = {
    key: stage.target.eventKey,
    app: stage.app.id,
    appUrl: stage.app.url,
    nonce: stage.nonce,
    ...ids,
  };
  const fill = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole);
  const body = request.raw?.() ?? (request.json === absent ? absent : fill(JSON.stringify(request.json)));
  const path = fill(request.path);
  const url = request.to === 'app' ? new URL(path, stage.app.url).href : path;
  return stage.api.ask(request.method, url, body, request.headers);
}

export function checkAnswer(
  expected: AnswerExpectation,
  answer: Answer,
  path: string,
  stage: Stage,
): string[] {
  const { target } = stage;
  return [
    ...mismatches(expected.status, answer.status, `${path}.status`, target),
    ...Object.entries(expected.headers ?? {}).flatMap(([name, value]) =>
      mismatches(value, answer.headers[name], `${path}.headers.${name}`, target),
    ),
    ...('body' in expected ? mismatches(expected.body, answer.body, `${path}.body`, target) : []),
  ];
}
