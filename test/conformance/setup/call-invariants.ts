import { aTimestamp, aUlid, aUuid, including, matching, mismatches } from '../expectations.js';
import { bearerMismatches, signatureMismatches } from './credentials.js';
import type { Exchange } from './recorder.js';
import type { Target } from './target.js';

/**
 * Checks what holds for every call on Inngest 1.43: the fields that it has, that its headers match its body, and that server and
 * app both prove that they know the key.
 *
 * @param reports the checkpoints that the app sent during the call
 */
export function invariantMismatches(
  call: Exchange,
  reports: readonly Exchange[],
  path: string,
  server: Target,
): string[] {
  const body = call.body as { ctx?: Record<string, unknown>; events?: unknown[]; version?: number };
  const ctx = body.ctx ?? {};
  const stepId = new URL(call.path, 'http://app').searchParams.get('stepId');
  const eventShape = including({
    data: including({}),
    id: matching(/./),
    name: matching(/./),
    ts: aTimestamp,
  });
  return [
    ...mismatches(
      {
        ctx: {
          attempt: ctx['attempt'],
          disable_immediate_execution: ctx['disable_immediate_execution'],
          env: '',
          fn_id: aUuid,
          // Each attempt is one more generation of the same queue item.
          generation_id: Number(ctx['attempt']) + 1,
          job_id: matching(/./),
          max_attempts: ctx['max_attempts'],
          qi_id: Buffer.from(`${String(ctx['job_id'])}::default`).toString('base64'),
          request_id: aUlid,
          run_id: aUlid,
          stack: ctx['stack'],
          step_id: 'step',
          use_api: ctx['use_api'],
        },
        defers: including({}),
        event: eventShape,
        events: body.events?.map(() => eventShape),
        steps: including({}),
        use_api: ctx['use_api'],
        version: body.version,
      },
      call.body,
      path,
      server,
    ),
    ...mismatches(
      including({
        'content-type': 'application/json',
        'user-agent': 'Inngest',
        'x-inngest-generation-id': String(ctx['generation_id']),
        'x-inngest-job-id': ctx['job_id'],
        'x-inngest-req-version': String(body.version),
        'x-inngest-step-id': stepId,
        'x-request-id': ctx['request_id'],
        'x-run-id': ctx['run_id'],
      }),
      call.headers,
      `${path}.headers`,
      server,
    ),
    ...signatureMismatches(call, path, server),
    ...reports.flatMap((report, index) => [
      ...bearerMismatches(report, `${path}.reports[${index}]`, server),
      ...mismatches(
        including({ status: 200, body: '' }),
        report.answer,
        `${path}.reports[${index}].answer`,
        server,
      ),
    ]),
    // When the app has to fetch the events, the call does not carry them.
    ...(ctx['use_api'] === true ||
    JSON.stringify(body.events?.[0]) === JSON.stringify((call.body as { event?: unknown }).event)
      ? []
      : [`${path}.event: is not the first of events`]),
  ];
}
