import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../src/clock/index.js';
import { Settings } from '../src/config/index.js';
import { EmbeddedEnvironments } from '../src/embedded-environments.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { Service } from '../src/service.js';
import {
  OwnWorkerEnvironments,
  PROMISES,
  RunningWorkerEnvironments,
  validateCommand,
  type CommandOptions,
  type Report,
  type Environments,
} from '../src/validation/index.js';
import { CompiledSources } from './support/main-process.js';

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

let sources: CompiledSources;
let main: string;

beforeAll(async () => {
  sources = await CompiledSources.create();
  main = join(process.cwd(), sources.directory, 'src/main.js');
});

afterAll(() => sources.remove());

function environmentsFor({ url, worker, ...options }: CommandOptions): Environments {
  if (url === undefined) return new EmbeddedEnvironments(main);
  const target = { url, signingKey: options.signingKey, eventKey: options.eventKey };
  if (worker === undefined) return new OwnWorkerEnvironments(target, main);
  return new RunningWorkerEnvironments(target, { url: worker, appId: options.app, journal: options.journal });
}

/** Runs the command like `npm run validate -- <args>`. */
async function validate(
  args: string,
  {
    signal,
    environments = environmentsFor,
  }: { signal?: AbortSignal; environments?: (options: CommandOptions) => Environments } = {},
): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const screen = (name: keyof typeof written): { write: (text: string) => void } => ({
    write: (text) => (written[name] += text),
  });
  const code = await validateCommand({
    args: args.split(' '),
    env: {},
    stdout: screen('stdout'),
    stderr: screen('stderr'),
    signal: signal ?? new AbortController().signal,
    clock: new SystemClock(),
    random: () => 0.5,
    environments,
  });
  return { code, ...written };
}

describe('npm run validate', () => {
  it('says what it can do and what there is to try', async () => {
    expect(await validate('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--only <ids>'),
    });
    const { code, stdout } = await validate('--list');
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(PROMISES.map(({ id }) => id));
  });

  it('refuses what it does not understand, and says how to find out', async () => {
    const { code, stderr } = await validate('--only nonsense');
    expect(code).toBe(2);
    expect(stderr).toMatch(/no promise "nonsense"[^]*validate -- --help/);
  });

  it('refuses a report that cannot be written before it tries anything', async () => {
    const file = join(tmpdir(), 'no-such-directory', 'report.html');
    const environments = (): Environments => {
      throw new Error('It was tried.');
    };
    const { code, stderr } = await validate(`--html ${file}`, { environments });
    expect(code).toBe(2);
    expect(stderr).toContain(`--html ${file} cannot be written: ENOENT`);
  });

  it('when interrupted before anything has started, says that nothing was tested', async () => {
    const interruption = new AbortController();
    const { signal } = interruption;
    const open = async (): Promise<never> => {
      interruption.abort(new Error('Interrupted.'));
      signal.throwIfAborted();
      throw new Error('unreachable');
    };
    const { code, stdout } = await validate('--only steps,retries', {
      signal,
      environments: () => ({ open }),
    });
    expect(code).toBe(130);
    expect(stdout).toMatch(/– steps .*not tested\n– retries .*not tested\n[^]*\nInterrupted\.\n/);
    expect(stdout).toContain('0 held, 0 broken, 2 not tested');
  });

  it('ends with a table of what was expected and measured', async () => {
    const { code, stdout } = await validate('--only steps,memoization --seed 7');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /promise +expected +measured\n✓ steps +COMPLETED, 5 steps[^\n]*COMPLETED, 5 steps\n/,
    );
    expect(stdout).toMatch(/2 held, 0 broken, 0 not tested; \d+ s, seed 7\n$/);
    // The output is not a terminal, so there are no colours and no animation.
    expect(stdout).not.toMatch(/\r|\[\d+m/);
  });

  it('gives JSON to programs and pictures to people', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'validate-spec-'));
    const file = join(directory, 'report.html');
    const { code, stdout, stderr } = await validate(
      `--only throttle,concurrency,recovery --json --html ${file}`,
    );
    const html = readFileSync(file, 'utf8');
    rmSync(directory, { recursive: true });
    expect(code).toBe(0);
    expect(stderr).toContain(file);
    const { outcomes } = JSON.parse(stdout) as Report;
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['held', 'held', 'held']);
    const throttle = outcomes.find(({ id }) => id === 'throttle');
    expect(throttle?.notes.join()).toContain('saw 39 starts');
    expect(html.match(/<svg/g)).toHaveLength(3);
    expect(html.match(/<circle/g)).toHaveLength(50);
    // The page is one file that loads nothing.
    expect(html).not.toMatch(/<script|<link|@import|url\(|src=/);
  });

  it('kills the worker with -9 in a step and starts it again', async () => {
    const { code, stdout } = await validate('--only durability --json');
    const { outcomes } = JSON.parse(stdout) as Report;
    expect(outcomes[0]).toMatchObject({ id: 'durability', verdict: 'held' });
    expect(outcomes[0]?.notes).toEqual([expect.stringContaining('was begun 2 times')]);
    expect(code).toBe(0);
  });
});

describe('npm run validate -- --url', () => {
  let server: EmbeddedInngest;
  let worker: Service;

  beforeAll(async () => {
    const clock = new SystemClock();
    server = await EmbeddedInngest.start({ port: 0, logger: false });
    const settings = Settings.from({ PORT: '0', INNGEST_URL: server.url });
    worker = await Service.start(settings, { clock, logger: false });
    await new Promise<void>((resolve) => {
      const { registration } = worker;
      if (registration.state === 'registered') resolve();
      registration.onChange((state) => state === 'registered' && resolve());
    });
  });

  afterAll(async () => {
    await worker.stop();
    await server.close();
  });

  it('tries a worker that runs already, and says that there is one witness only', async () => {
    const { code, stdout } = await validate(
      `--url ${server.url} --worker ${worker.url} --only steps,durability`,
    );
    expect(code).toBe(0);
    expect(stdout).toContain(`Inngest at ${server.url} and the worker at ${worker.url}, in real time`);
    expect(stdout).toContain('✓ steps ');
    expect(stdout).toContain('durability: The worker was not started by this command');
    expect(stdout).toContain('Without a journal of the worker');
  });

  it('starts a worker of its own when none is named', async () => {
    const { code, stdout } = await validate(`--url ${server.url} --only steps --json`);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expect(report).toMatchObject({ appId: 'task-queue-worker-validation', journal: true, isLasting: true });
    // The worker that already runs executed the tasks too. The app of the worker that the command started has no functions left.
    expect(report.remarks).toEqual([expect.stringContaining('also run by algojuke-worker')]);
    const left = await fetch(`${server.url}/api/v2/apps/${report.appId}/functions`);
    expect(await left.json()).toMatchObject({ data: [] });
  });

  interface ListedRun {
    id: string;
    /** Absent while a call is executing. */
    waiting?: { attempt?: number };
  }

  const listed = async (path: string): Promise<{ data: ListedRun[] }> =>
    (await (await fetch(server.url + path)).json()) as { data: ListedRun[] };
  /** The runs that have not ended, from a single request: two requests may show different runs. */
  const openRuns = async (): Promise<ListedRun[]> =>
    (await listed('/api/v2/runs?status=QUEUED&status=RUNNING&limit=100')).data;

  it('when interrupted, reports what there is and cancels what it has started', async () => {
    const interruption = new AbortController();
    const running = validate(
      `--url ${server.url} --worker ${worker.url} --only bad-event,retries,throttle --json`,
      {
        signal: interruption.signal,
      },
    );
    // Only a run that fails on purpose waits for a retry. It takes half a minute, so it is still there to be cancelled.
    let failing: ListedRun | undefined;
    while (failing === undefined) {
      await new SystemClock().sleep(50);
      failing = (await openRuns()).find(({ waiting }) => waiting?.attempt !== undefined);
    }
    interruption.abort(new Error('Interrupted.'));
    const { code, stdout } = await running;
    const { outcomes, endedEarly } = JSON.parse(stdout) as Report;
    expect(code).toBe(130);
    // The number of runs that have started depends on the machine.
    expect(endedEarly).toMatch(/^Interrupted\. [1-9]\d* run\(s\) were cancelled\.$/);
    expect(outcomes.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      'bad-event held',
      'retries not tested',
      'throttle not tested',
    ]);
    const { data } = await listed('/api/v2/runs?status=CANCELLED&limit=100');
    expect(data.map(({ id }) => id)).toContain(failing.id);
    expect(await openRuns()).toEqual([]);
  });

  it('says within seconds that nobody is there', async () => {
    const url = await nobody();
    const { code, stderr } = await validate(`--url ${url}`);
    expect([code, stderr]).toEqual([2, `Inngest not reachable at ${url}: no connection.\n`]);
  });

  it('says that what is there is no Inngest', async () => {
    const page = createHttpServer((_, response) => response.end('<html>Hello</html>'));
    const url = await listening(page);
    const { code, stderr } = await validate(`--url ${url}`);
    await closed(page);
    expect(code).toBe(2);
    expect(stderr).toMatch(/what answers there is no Inngest with version 2/);
  });

  it('says that there is no worker', async () => {
    const url = await nobody();
    const { code, stderr } = await validate(`--url ${server.url} --worker ${url}`);
    expect([code, stderr]).toEqual([2, `Worker not reachable at ${url}. Start it: npm start\n`]);
  });

  it('says that the worker is not registered there', async () => {
    const other = await EmbeddedInngest.start({ port: 0, logger: false });
    const { code, stderr } = await validate(`--url ${other.url} --worker ${worker.url}`);
    await other.close();
    expect(code).toBe(2);
    expect(stderr).toContain(`is not registered with the Inngest at ${other.url}, which knows no app`);
    expect(stderr).toContain(`INNGEST_URL=${other.url}`);
  });

  it('says that a key is wrong', async () => {
    const signed = await EmbeddedInngest.start({
      port: 0,
      logger: false,
      signingKey: 'abcd',
      eventKey: 'key',
    });
    const { code, stderr } = await validate(`--url ${signed.url} --signing-key ffff --event-key key`);
    await signed.close();
    expect(code).toBe(2);
    expect(stderr).toMatch(/its API answered 401. Check the signing key/);
  });

  it('tries an Inngest that asks for keys', async () => {
    const keys = { signingKey: 'abcd', eventKey: 'key' };
    const signed = await EmbeddedInngest.start({ port: 0, logger: false, ...keys });
    const { code } = await validate(`--url ${signed.url} --signing-key abcd --event-key key --only steps`);
    await signed.close();
    expect(code).toBe(0);
  });
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** An address at which nothing listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  const url = await listening(server);
  await closed(server);
  return url;
}
