import { ChangeNotices } from '../src/runs/change-notices.js';
import { RunsService } from '../src/runs/index.js';
import type { InngestHarness, ServedNestApp } from '../src/testing/nest.js';
import { startDemoTasks, task } from './support/demo-task.js';

interface Received {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

/** A Server-Sent Events stream. It is read as data arrives. */
class Stream {
  readonly events: Received[] = [];
  readonly ended: Promise<void>;
  private readonly abort = new AbortController();

  private constructor(url: string, headers: Record<string, string>) {
    this.ended = this.read(url, headers);
  }

  static open(url: string, headers: Record<string, string> = {}): Stream {
    return new Stream(url, { accept: 'text/event-stream', ...headers });
  }

  close(): void {
    this.abort.abort();
  }

  private async read(url: string, headers: Record<string, string>): Promise<void> {
    const answer = await fetch(url, { headers, signal: this.abort.signal });
    if (!answer.ok || !answer.body) throw new Error(`HTTP ${answer.status}`);
    let text = '';
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const fields = new Map(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => line.split(/: (.*)/s) as [string, string]),
        );
        text = text.slice(end + 2);
        const data = fields.get('data');
        if (data === undefined) continue;
        this.events.push({
          id: fields.get('id') ?? '',
          type: fields.get('event') ?? '',
          data: JSON.parse(data),
        });
      }
    }
  }
}

/** Reads a stream until an event, and disconnects there. Returns the event. */
async function cutAfter(url: string, words: string): Promise<Received> {
  const stream = Stream.open(url);
  let last: Received | undefined;
  while (last === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    last = stream.events.find((event) => inWords(event) === words);
  }
  stream.close();
  await expect(stream.ended).rejects.toThrow('aborted');
  return last;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Step 4 fails once. */
const FAILS_ONCE = { simulateFailure: true, failAtStep: 'step-4-simulate-api-call', failAttempts: 1 };

function inWords({ type, data }: Received): string {
  return type === 'step'
    ? `${String(data['step'])} ${String(data['attempt'])} ${String(data['status'])}`
    : type;
}

describe('GET /demo-tasks/{eventId}/progress', () => {
  let demo: InngestHarness<ServedNestApp>;

  beforeEach(async () => {
    demo = await startDemoTasks();
  });

  afterEach(() => demo.close());

  const urlOf = (id: string | undefined): string => `${demo.url}/demo-tasks/${id}/progress`;
  const ended = async (stream: Stream): Promise<void> => {
    // The stream's own polls are background alarms, to which the virtual clock never skips. So the test lets time pass.
    while (stream.events.at(-1)?.type !== 'ended') await demo.advance(500);
    await stream.ended;
  };

  it('tells a run that fails twice at step 4, from its queueing to its end, and ends', async () => {
    const [id] = await demo.send(
      task('watched', { simulateFailure: true, failAtStep: 'step-4-simulate-api-call', failAttempts: 2 }),
    );
    const stream = Stream.open(urlOf(id));
    while (stream.events.length === 0) await turn();

    await ended(stream);

    expect(stream.events.map(inWords)).toEqual([
      'queued',
      'started',
      'step-1-initialize 0 COMPLETED',
      'step-2-process 0 COMPLETED',
      'step-3-simulate-delay 0 COMPLETED',
      'step-4-simulate-api-call 0 FAILED',
      'waiting',
      'step-4-simulate-api-call 1 FAILED',
      'waiting',
      'step-4-simulate-api-call 2 COMPLETED',
      'step-5-finalize 0 COMPLETED',
      'ended',
    ]);
    const waits = stream.events.filter(({ type }) => type === 'waiting');
    expect(waits[0]?.data).toMatchObject({
      step: 'step-4-simulate-api-call',
      attempt: 1,
      until: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(stream.events.at(-1)?.data).toMatchObject({ status: 'COMPLETED', output: { taskId: 'watched' } });
  });

  it('goes on after the last event that a client has seen', async () => {
    const [id] = await demo.send(task('resumed', { delayMs: 0 }));
    await demo.ended(id);
    const whole = Stream.open(urlOf(id));
    await whole.ended;
    const third = whole.events[2];

    const rest = Stream.open(urlOf(id), { 'last-event-id': third?.id ?? '' });
    await rest.ended;

    expect(rest.events).toEqual(whole.events.slice(3));
    expect(rest.events.length).toBeGreaterThan(3);
  });

  it('has nothing more for a client that has seen the end, so that its EventSource stays away', async () => {
    const [id] = await demo.send(task('over', { delayMs: 0 }));
    await demo.ended(id);
    const whole = Stream.open(urlOf(id));
    await whole.ended;

    const answer = await fetch(urlOf(id), { headers: { 'last-event-id': whole.events.at(-1)?.id ?? '' } });

    expect([answer.status, await answer.text()]).toEqual([204, '']);
  });

  it('goes on after a wait for a retry that is over', async () => {
    const [id] = await demo.send(task('cut-while-waiting', { ...FAILS_ONCE, delayMs: 0 }));
    await demo.until(async () => (await demo.run(id)).waiting?.attempt === 1);
    const wait = await cutAfter(urlOf(id), 'waiting');
    await demo.ended(id);

    const rest = Stream.open(urlOf(id), { 'last-event-id': wait.id });
    await rest.ended;

    expect(rest.events.map(inWords)).toEqual([
      'step-4-simulate-api-call 1 COMPLETED',
      'step-5-finalize 0 COMPLETED',
      'ended',
    ]);
  });

  it('does not tell a wait again to a client that comes back while it goes on', async () => {
    const [id] = await demo.send(task('back-while-waiting', { ...FAILS_ONCE, delayMs: 0 }));
    await demo.until(async () => (await demo.run(id)).waiting?.attempt === 1);
    const wait = await cutAfter(urlOf(id), 'waiting');

    const rest = Stream.open(urlOf(id), { 'last-event-id': wait.id });
    await ended(rest);

    expect(rest.events.map(inWords)[0]).toBe('step-4-simulate-api-call 1 COMPLETED');
  });

  it('tells why a duplicate runs nothing, and ends', async () => {
    const [first, duplicate] = await demo.send(task('twice', { delayMs: 0 }), task('twice'));
    await demo.ended(first);
    const stream = Stream.open(urlOf(duplicate));

    await ended(stream);

    expect(stream.events).toEqual([
      {
        id: 'skipped',
        type: 'ended',
        data: { status: 'SKIPPED', reason: expect.stringContaining('duplicate of an earlier one') },
      },
    ]);
  });

  it('reads a run once for all that listen to it, and again only when it changes', async () => {
    const [id] = await demo.send(task('asleep', { ...FAILS_ONCE, delayMs: 0 }));
    await demo.until(async () => (await demo.run(id)).waiting?.attempt === 1);
    const asked = jest.spyOn(demo.app.nest.get(RunsService), 'ofEvent');
    const streams = Array.from({ length: 50 }, () => Stream.open(urlOf(id)));
    while (streams.some(({ events }) => events.at(-1)?.type !== 'waiting')) await turn();
    const readsAtFirst = asked.mock.calls.length;
    await demo.advance(200);
    const readsAsleep = asked.mock.calls.length;

    await Promise.all(streams.map(ended));

    expect(readsAtFirst).toBeLessThan(10);
    expect(readsAsleep).toBe(readsAtFirst);
    expect(asked.mock.calls.length - readsAsleep).toBeLessThan(10);
    expect(new Set(streams.map(({ events }) => JSON.stringify(events))).size).toBe(1);
  });

  it('stops listening to Inngest when the last client goes', async () => {
    const [id] = await demo.send(task('left', { ...FAILS_ONCE, delayMs: 0 }));
    await demo.until(async () => (await demo.run(id)).waiting?.attempt === 1);
    const notices = demo.app.nest.get(ChangeNotices);
    const asked = jest.spyOn(demo.app.nest.get(RunsService), 'ofEvent');
    const streams = [Stream.open(urlOf(id)), Stream.open(urlOf(id))];
    while (!notices.isConnected || streams.some(({ events }) => events.length < 2)) await turn();

    for (const stream of streams) stream.close();
    for (const stream of streams) await expect(stream.ended).rejects.toThrow('aborted');
    while (notices.isConnected) await turn();
    const reads = asked.mock.calls.length;
    await demo.ended(id);

    expect(asked.mock.calls.length).toBe(reads);
  });

  it('answers 404 for an id of no task', async () => {
    const answer = await fetch(urlOf('01AN4Z07BY79KA1307SR9X4MV3'));

    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      message: expect.stringContaining('01AN4Z07BY79KA1307SR9X4MV3'),
    });
  });
});
