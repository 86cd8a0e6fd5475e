import { chmodSync, chownSync, copyFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../src/embedded/store/database.js';
import { migrations } from '../src/embedded/store/schema.js';
import { CompiledSources, MainProcess } from './support/main-process.js';

/** Permissions do not restrict root, so root runs the program as the user `nobody`. */
const USER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

const started: MainProcess[] = [];
let sources: CompiledSources;
let folder: string;
let file: string;

beforeAll(async () => {
  sources = await CompiledSources.create();
  chmodSync(sources.directory, 0o755);
});

afterAll(() => sources.remove());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-file-'));
  file = join(folder, 'inngest.db');
  giveToUser(folder);
});

afterEach(async () => {
  for (const main of started) main.send('SIGKILL');
  await Promise.all(started.splice(0).map((main) => main.ended));
  rmSync(folder, { recursive: true });
});

function giveToUser(path: string): void {
  if (USER.uid !== undefined) chownSync(path, USER.uid, USER.gid);
}

function start(program = 'main'): MainProcess {
  const variables = { PORT: '0', INNGEST_EMBEDDED_PORT: '0', INNGEST_EMBEDDED_DATA: file };
  const main = MainProcess.start(sources, variables, program, USER);
  started.push(main);
  return main;
}

/** Waits until the program is ready. Returns the URL of its worker. */
async function up(main: MainProcess): Promise<string> {
  const [, url = ''] = await main.printed(/Worker +(http:\S+)\n/);
  await main.printed(/registered/i);
  return url;
}

function read<T extends object>(at: string, sql: string): T | undefined {
  const db = new Database(at);
  try {
    return db.get<T>(sql);
  } finally {
    db.close();
  }
}

describe('The data file of the program', () => {
  it('is one complete file after SIGTERM: a copy of it alone has everything', async () => {
    const main = start();
    const url = await up(main);
    expect(new Set(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777))).toEqual(
      new Set([0o600]),
    );
    const answer = await fetch(`${url}/demo-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ taskId: 'kept', delayMs: 1 }),
    });
    await answer.text();
    expect(answer.ok).toBe(true);

    main.send('SIGTERM');
    expect(await main.ended).toBe(0);

    expect(readdirSync(folder).toSorted()).toEqual(['inngest.db', 'inngest.db.lock']);
    copyFileSync(file, `${file}.copy`);
    expect(read(`${file}.copy`, "SELECT count(*) AS n FROM event WHERE data LIKE '%kept%'")).not.toEqual({
      n: 0,
    });
  });

  it.each([
    ['a file that it may not write', () => chmodSync(file, 0o400), () => chmodSync(file, 0o600)],
    ['a folder that it may not write', () => chmodSync(folder, 0o500), () => chmodSync(folder, 0o700)],
  ])('stops a start on %s, which leaves nothing behind that blocks the next', async (_, forbid, allow) => {
    const first = start();
    await up(first);
    first.send('SIGTERM');
    await first.ended;
    rmSync(`${file}.lock`);
    forbid();

    const refused = start();
    expect(await refused.ended).toBe(1);
    expect(refused.stderr).toContain(`${file} cannot be opened or created: EACCES: permission denied`);
    expect(readdirSync(folder)).toEqual(['inngest.db']);

    allow();
    await up(start());
  });

  it('belongs to the last process that was started on it: the one before it ends with an error', async () => {
    const first = start();
    await up(first);
    rmSync(`${file}.lock`);
    const second = start();
    const url = await up(second);

    expect(await first.ended).toBe(1);
    expect(first.stdout + first.stderr).toContain('has taken it over');
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it('makes the worker unready, with the reason, when it is deleted', async () => {
    const main = start();
    const url = await up(main);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);

    rmSync(file);

    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('was deleted, moved or replaced');
    await main.printed(/was deleted, moved or replaced while the server was running/);
  });

  it('of a later version stops the start, and the command that the error names puts it aside whole', async () => {
    const first = start();
    await up(first);
    first.send('SIGTERM');
    await first.ended;
    const later = new Database(file);
    later.script(`PRAGMA user_version = ${migrations.length + 1}; INSERT INTO meta VALUES ('kept', 'yes');`);
    later.close();

    const refused = start();
    expect(await refused.ended).toBe(1);
    expect(refused.stderr).toMatch(
      new RegExp(
        `version ${migrations.length + 1}; .* version ${migrations.length}\\.[^]*npm run inngest:reset`,
      ),
    );

    const reset = start('reset');
    expect(await reset.ended).toBe(0);
    const aside = /renamed to (\S+) and/.exec(reset.stdout)?.[1] ?? '';
    expect(read(aside, "SELECT value FROM meta WHERE key = 'kept'")).toEqual({ value: 'yes' });
    await up(start());
  });
});
