import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startWorker } from '../test/support/start-worker.js';
import { FakeInngest } from '../test/support/fake-inngest.js';
import { buildTime } from './build-time.js';
import { InngestRegistration } from './inngest/index.js';

describe('The time of the build', () => {
  let folder: string;
  const built = (): number => buildTime(pathToFileURL(`${folder}/`));
  const write = (epoch?: string): void => {
    const env = { ...process.env, SOURCE_DATE_EPOCH: epoch };
    if (epoch === undefined) delete env.SOURCE_DATE_EPOCH;
    execFileSync(process.execPath, ['scripts/write-build-time.mjs', folder], { env, stdio: 'pipe' });
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'build-time-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is what the build wrote, in seconds since 1970, whatever the times of the files are', () => {
    write();
    expect(Math.abs(built() - Date.now() / 1_000)).toBeLessThan(60);
    write('1700000000');
    expect(built()).toBe(1_700_000_000);
  });

  it('is no time that cannot be read', () => {
    expect(() => write('yesterday')).toThrow(/SOURCE_DATE_EPOCH is "yesterday"/);
  });

  it.each([undefined, '', 'x', '-5'])('is that of the file where the build wrote %p', (text) => {
    if (text !== undefined) writeFileSync(join(folder, 'build-time'), text);
    expect(built()).toBe(Math.floor(statSync('src/build-time.ts').mtimeMs / 1_000));
  });

  it.each([
    ['unless DEPLOYMENT is set', {}, buildTime()],
    ['and DEPLOYMENT wins over it', { DEPLOYMENT: '7' }, 7],
  ])('is the deployment that the worker registers, %s', async (_, variables, deployment) => {
    const inngest = await FakeInngest.start();
    const worker = await startWorker({ INNGEST_URL: inngest.url, ...variables });
    const registration = worker.app.get(InngestRegistration);
    const registered = new Promise<void>((resolve) => {
      registration.onChange((state) => state === 'registered' && resolve());
    });
    registration.start(worker.url);
    await registered;
    await worker.close();
    await inngest.close();

    expect(inngest.received.find(({ path }) => path === '/fn/register')?.body).toMatchObject({
      appVersion: `deployment.${deployment}`,
    });
  });
});
