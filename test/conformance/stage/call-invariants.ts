import { aTimestamp, aUlid, aUuid, including, matching, mismatches, type Server } from '../expectations.js';
import type { Exchange } from './recorder.js';

/** What holds for every call whatsoever, on Inngest 1.43: its parts, and that its headers say the same as its body. */
export function invariantMismatches(call: Exchange, path: string, server: Server): string[] {
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
          // Every attempt is a generation of the same job.
          generation_id: Number(ctx['attempt']) + 1,
          job_id: matching(/./),
          max_attempts: ctx['max_attempts'],
          qi_id: Buffer.from(`${String(ctx['job_id'])}::default`).toString('base64'),
          request_id: aUlid,
          run_id: aUlid,
          stack: ctx['stack'],
          step_id: 'step',
          use_api: false,
        },
        defers: {},
        event: eventShape,
        events: body.events?.map(() => eventShape),
        steps: including({}),
        use_api: false,
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
    ...(JSON.stringify(body.events?.[0]) === JSON.stringify((call.body as { event?: unknown }).event)
      ? []
      : [`${path}.event: is not the first of events`]),
  ];
}
