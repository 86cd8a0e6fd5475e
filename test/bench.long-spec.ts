import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

interface Output {
  sections: Record<string, { name: string; subject: string; value: number; unit: string }[]>;
  goals: { name: string; value: number; met: boolean }[];
}

/** Runs a section that needs no built program. The test does not check how fast anything is. */
describe('npm run bench', () => {
  it('prints figures and goals as JSON, and its progress to stderr', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      '--import',
      '@swc-node/register/esm-register',
      'test/bench/main.ts',
      '--only',
      'nest',
      '--quick',
      '--json',
    ]);
    const { sections, goals } = JSON.parse(stdout) as Output;

    expect(sections['nest']?.map(({ name, subject }) => `${name}, ${subject}`)).toEqual([
      'one call, p50, bare adapter',
      "the app's CPU a call, bare adapter",
      'one call, p50, Nest',
      "the app's CPU a call, Nest",
      'more than bare, time, Nest',
      'more than bare, CPU, Nest',
    ]);
    expect(goals).toMatchObject([{ name: "Nest's share of a call", value: expect.any(Number) }]);
    expect(stderr).toMatch(/^… calls of the app, round 0 of 5\n/);
  });

  it('refuses a section that does not exist', async () => {
    const run = promisify(execFile)(process.execPath, [
      '--import',
      '@swc-node/register/esm-register',
      'test/bench/main.ts',
      '--only',
      'everything',
    ]);
    await expect(run).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--only everything: there are runs,'),
    });
  });
});
