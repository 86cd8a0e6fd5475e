import { TerminalPage } from '../common/terminal-page.js';
import { parseCommand } from './command-options.js';
import { packageVersion } from './package-info.js';
import { writeStartMessage } from './start-message.js';

function messageFor(
  args: string[],
  { colours = false, dataFile }: { colours?: boolean; dataFile?: string } = {},
): string {
  const options = parseCommand(args);
  if (options.kind !== 'serve') throw new Error('not a start');
  let text = '';
  const page = new TerminalPage((more) => (text += more), colours);
  writeStartMessage(page, { options, url: 'http://localhost:8288', dataFile });
  return text;
}

describe('the start-up message', () => {
  it('names the addresses, and what to do next', () => {
    expect(messageFor(['-u', 'http://localhost:3000/api/inngest'])).toBe(`
  task-queue-server ${packageVersion()}: an Inngest-compatible server for development and tests

  Server     http://localhost:8288
  Dashboard  http://localhost:8288
  State      in memory until the server stops (--persist stores it in a file)
  Clock      the machine's
  Apps       http://localhost:3000/api/inngest, polled every 5 s
             the server looks at common ports of this machine until an app has registered

  Next
  Start your app so that its SDK uses this server: INNGEST_DEV=http://localhost:8288
  Send an event: curl -d "{\\"name\\":\\"demo/hello\\",\\"data\\":{}}" -H "content-type: application/json" http://localhost:8288/e/dev
  See its runs: http://localhost:8288

`);
  });

  it('says where the file is, that the clock is virtual, and that no app is looked for', () => {
    expect(messageFor(['--persist', '--no-discovery'], { dataFile: '/srv/.inngest/inngest.db' })).toMatch(
      /State +\/srv\/\.inngest\/inngest\.db\n[^]*Apps +the server does not look for apps; they register when they start\n/,
    );
    expect(messageFor(['--clock', 'virtual', '--no-poll', '-u', 'http://a/b'])).toMatch(
      /Clock +virtual[^]*Apps +http:\/\/a\/b, polled every 5 s until it has registered\n[^]*Advance the clock: curl .*\/clock\/advance\n/,
    );
  });

  it('has colours only where it may', () => {
    expect(messageFor([])).not.toContain('\u001b[');
    expect(messageFor([], { colours: true })).toContain('\u001b[');
  });

  it('knows the version of its package', () => {
    expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });
});
