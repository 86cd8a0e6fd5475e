import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aTimestamp, aUlid, anything, including } from '../expectations.js';
import type { Body, FunctionSpec, Scenario } from '../scenario.js';
import { completed, ops, ran, returns, stepByStep } from './words.js';

/** The SDK's experimental `defer`. The SDK's types offer it only to functions of apps that use it. */
type Defer = (id: string, options: { function: unknown; data: object }) => void;

const later: FunctionSpec = { id: 'deferred-later', deferred: true, options: {}, body: async () => 'later' };
const defers: Body = async (context, { fn }) => {
  const { defer } = context as unknown as { defer: Defer };
  defer('clean-up', { function: fn('deferred-later'), data: { n: 1 } });
  return context.step.run('work', () => 'worked');
};

const asks: Body = async ({ step }, { inngest }) => {
  const response = await step.fetch(new URL('/health', inngest.apiBaseUrl).href);
  return { status: response.status, body: await response.json() };
};
/** The URL of a server that sets two cookies. The server does not keep the process alive. */
let cookies: Promise<string> | undefined;
const serveCookies = (): Promise<string> =>
  (cookies ??= new Promise((resolve) => {
    const server = createServer((_request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2']).setHeader('connection', 'close').end('{}');
    });
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    });
    server.unref();
  }));
const asksForCookies: Body = async ({ step }) => {
  const response = await step.fetch(await serveCookies());
  return response.headers.get('set-cookie');
};

const HEALTHY = { status: 200, body: { status: 200, message: 'OK' } };

/** Data that accompanies an event or a step, and what the server does on behalf of a step. */
export const asides: Scenario[] = [
  {
    kind: 'run',
    id: 'sessions',
    title: 'the sessions of an event reach its function',
    notRecorded: true,
    functions: [stepByStep('sessions', async ({ event }) => event.meta?.sessions)],
    send: { meta: { sessions: { user: 'u1', order: '7' } } },
    calls: [{ answer: returns({ user: 'u1', order: '7' }) }],
    run: completed({ user: 'u1', order: '7' }),
  },
  {
    kind: 'run',
    id: 'defer',
    title: 'a function that was deferred runs when the run has ended',
    notRecorded: true,
    functions: [stepByStep('defers', defers), later],
    send: {},
    calls: [
      { answer: ops(ran('work', 'worked'), including({ op: 'DeferAdd', step: 'clean-up' })) },
      { steps: { work: { data: 'worked' } }, answer: returns('worked') },
      {
        fn: 'deferred-later',
        maxAttempts: 5,
        version: -1,
        event: including({ data: including({ n: 1 }), id: aUlid, ts: aTimestamp }),
        answer: anything,
      },
    ],
    run: completed('worked', { spans: [{ name: 'work', status: 'COMPLETED', output: { data: 'worked' } }] }),
  },
  {
    kind: 'run',
    id: 'step-fetch',
    title: 'the server makes the request of a step, which gets the response',
    notRecorded: true,
    functions: [stepByStep('step-fetch', asks)],
    send: {},
    calls: [
      { answer: { ops: [including({ op: 'Gateway' })] } },
      { steps: anything, stack: anything, current: 1, answer: returns(HEALTHY) },
    ],
    run: completed(HEALTHY, {
      spans: [{ name: anything as never, op: anything, status: 'COMPLETED', output: anything }],
    }),
  },
  {
    kind: 'run',
    id: 'step-fetch-headers',
    title: 'headers that a response repeats are joined with a comma',
    notRecorded: true,
    functions: [stepByStep('step-fetch-headers', asksForCookies)],
    send: {},
    calls: [
      { answer: { ops: [including({ op: 'Gateway' })] } },
      { steps: anything, stack: anything, current: 1, answer: returns('a=1,b=2') },
    ],
    run: completed('a=1,b=2', {
      spans: [{ name: anything as never, op: anything, status: 'COMPLETED', output: anything }],
    }),
  },
];
