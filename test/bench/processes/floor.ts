// The floor: a server that makes the HTTP exchanges of a run and does nothing else. It accepts events, calls the app with as many
// runs at a time as the function's concurrency allows, answers checkpoints, and calls again with the results of the steps. It
// stores nothing, checks nothing, and forgets a run when it has ended. Its time is the time of HTTP and the SDK, so no server can
// be faster.
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { request } from 'undici';
import { CONCURRENCY } from '../workload.js';
import { listen } from './shared.js';

interface Event {
  id: string;
  name: string;
  data: unknown;
  ts: number;
}

interface Op {
  id: string;
  op: string;
  data: unknown;
}

interface Registration {
  functions: { id: string; triggers: { event: string }[]; steps: { step: { runtime: { url: string } } } }[];
}

/** The URL of the function for each event name. */
const functions = new Map<string, string>();
const queue: { event: Event; url: string }[] = [];
let first = 0;
let underWay = 0;
let lastId = 0;

const answer: RequestListener = (req, res) => {
  const url = req.url ?? '';
  if (url.startsWith('/v1/checkpoint/')) void drain(req).then(() => reply(res, ''));
  else if (url.startsWith('/e/')) void takeEvents(req, res);
  else if (url.startsWith('/fn/register')) void register(req, res);
  else void drain(req).then(() => reply(res, '{}'));
};

async function drain(req: IncomingMessage): Promise<void> {
  req.resume();
  await once(req, 'end');
}

async function readJson(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}

function reply(res: ServerResponse, body: string): void {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  res.end(body);
}

async function register(req: IncomingMessage, res: ServerResponse): Promise<void> {
  for (const { triggers, steps } of ((await readJson(req)) as Registration).functions) {
    for (const { event } of triggers) functions.set(event, steps.step.runtime.url);
  }
  reply(res, '{"ok":true,"modified":true}');
}

async function takeEvents(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const events = [await readJson(req)].flat() as Event[];
  const ids = events.map((event) => {
    event.id = nextId();
    event.ts = Date.now();
    const url = functions.get(event.name);
    if (url !== undefined) queue.push({ event, url });
    return event.id;
  });
  reply(res, JSON.stringify({ ids, status: 200 }));
  startRuns();
}

function startRuns(): void {
  while (underWay < CONCURRENCY && first < queue.length) {
    const { event, url } = queue[first++] as (typeof queue)[number];
    underWay++;
    run(event, url)
      .catch((error: unknown) => console.error(error))
      .finally(() => {
        underWay--;
        startRuns();
      });
  }
  if (first === queue.length) queue.length = first = 0;
}

async function run(event: Event, url: string): Promise<void> {
  const runId = nextId();
  const stack: string[] = [];
  const steps: Record<string, { data: unknown }> = {};
  for (;;) {
    const { status, ops } = await call(url, runId, { event, stack, steps });
    if (status !== 206) return;
    for (const { id, op, data } of ops) {
      if (op === 'RunComplete') return;
      stack.push(id);
      steps[id] = { data };
    }
  }
}

async function call(
  url: string,
  runId: string,
  { event, stack, steps }: { event: Event; stack: string[]; steps: object },
): Promise<{ status: number; ops: Op[] }> {
  const requestId = nextId();
  const version = stack.length === 0 ? -1 : 2;
  const body = {
    ctx: {
      attempt: 0,
      disable_immediate_execution: false,
      env: '',
      fn_id: FUNCTION_ID,
      generation_id: 1,
      job_id: requestId,
      max_attempts: 5,
      qi_id: requestId,
      request_id: requestId,
      run_id: runId,
      stack: { current: stack.length, stack },
      step_id: 'step',
      use_api: false,
    },
    defers: {},
    event,
    events: [event],
    steps,
    use_api: false,
    version,
  };
  const response = await request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Inngest',
      'x-inngest-server-kind': 'dev',
      'x-inngest-generation-id': '1',
      'x-inngest-job-id': requestId,
      'x-inngest-req-version': String(version),
      'x-inngest-step-id': 'step',
      'x-request-id': requestId,
      'x-run-id': runId,
    },
    body: JSON.stringify(body),
  });
  return { status: response.statusCode, ops: (await response.body.json()) as Op[] };
}

const FUNCTION_ID = 'c621a565-3aa9-5d08-927f-8fb060c9413d';

/** An id as long as those of the real server. */
function nextId(): string {
  return `01M84ANNWV${String(++lastId).padStart(16, '0')}`;
}

listen(answer);
