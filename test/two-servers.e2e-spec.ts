import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledSources, MainProcess } from './support/main-process.js';

describe('Two servers on one file, in processes of their own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'two-servers-'));
  const variables = {
    PORT: '0',
    INNGEST_EMBEDDED_PORT: '0',
    INNGEST_EMBEDDED_DATA: join(folder, 'inngest.db'),
  };
  const started: MainProcess[] = [];
  let sources: CompiledSources;

  const start = (): MainProcess => {
    const main = MainProcess.start(sources, variables);
    started.push(main);
    return main;
  };
  const inngestOf = async (main: MainProcess): Promise<string> =>
    (await main.printed(/Inngest +(http:\S+)/))[1]!;

  beforeAll(async () => {
    sources = await CompiledSources.create();
  });

  afterAll(async () => {
    for (const main of started) main.send('SIGKILL');
    await Promise.all(started.map((main) => main.ended));
    await sources.remove();
    rmSync(folder, { recursive: true });
  });

  it('the second refuses, naming the first, and has the file with all that is in it once that was killed', async () => {
    const first = start();
    const url = await inngestOf(first);
    const sent = await fetch(`${url}/e/any`, { method: 'POST', body: JSON.stringify({ name: 'kept' }) });
    const { ids } = (await sent.json()) as { ids: [string] };

    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(`^❌ .*inngest\\.db is in use by another embedded Inngest \\(process \\d+, ${url}\\)\n`),
    );
    expect(second.stderr).not.toMatch(/^ +at /m);

    first.send('SIGKILL');
    await first.ended;
    const third = start();
    const events = await fetch(`${await inngestOf(third)}/api/v2/events`);
    expect(await events.json()).toMatchObject({ data: [{ id: ids[0], name: 'kept' }] });
    expect(third.stderr).toBe('');
  });
});
