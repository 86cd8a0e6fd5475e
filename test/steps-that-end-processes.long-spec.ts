import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ending, Message } from './support/process-end/messages.js';

const PROCESS = join(import.meta.dirname, 'support/process-end/process.ts');
const RETRIES = 1;
/** The processes that the step ends, and one more. */
const MOST_PROCESSES = RETRIES + 3;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'process-end-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a process until it has ended by itself or both runs have ended. Returns its messages. */
function live(ending: Ending, isFirst: boolean, ended: Map<string, Message>): Promise<Message[]> {
  const child = fork(PROCESS, [join(folder, 'inngest.db'), ending, String(isFirst)], {
    execArgv: ['--max-old-space-size=120', '--import', '@swc-node/register/esm-register'],
    env: { PATH: process.env['PATH'] },
    stdio: 'ignore',
  });
  const messages: Message[] = [];
  child.on('message', (message: Message) => {
    messages.push(message);
    if ('ended' in message) ended.set(message.ended, message);
    if (ended.size === 2 && child.connected) child.disconnect();
  });
  return new Promise((resolve) => child.once('exit', () => resolve(messages)));
}

describe('A step that ends the process', () => {
  it.each<Ending>(['process.exit', 'an unhandled rejection', 'too little memory'])(
    'by %s is executed at most retries + 1 times, and a run beside it completes',
    async (ending) => {
      const ended = new Map<string, Message>();
      const messages: Message[] = [];
      for (let lives = 0; ended.size < 2 && lives < MOST_PROCESSES; lives++) {
        messages.push(...(await live(ending, lives === 0, ended)));
      }

      expect(messages.filter((message) => 'began' in message && message.began === 'bad')).toHaveLength(
        RETRIES + 1,
      );
      expect(Object.fromEntries(ended)).toEqual({
        'test-bad': {
          ended: 'test-bad',
          error: expect.stringContaining('The process ended while this call was the only one') as string,
        },
        'test-good': { ended: 'test-good' },
      });
    },
    120_000,
  );
});
