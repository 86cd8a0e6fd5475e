import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The second app, in a separate process that outlives the servers. */
export class AppProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** The URL of its functions. */
    readonly url: string,
  ) {}

  static async start(port: number, inngest: string, journal: string): Promise<AppProcess> {
    const child = fork(join(import.meta.dirname, 'main.ts'), [String(port), inngest, journal], {
      execArgv: ['--import', '@swc-node/register/esm-register'],
      env: { PATH: process.env['PATH'] },
    });
    await once(child, 'message');
    return new AppProcess(child, `http://localhost:${port}/api/inngest`);
  }

  /** Makes the app register its functions with Inngest. */
  async register(): Promise<void> {
    const answer = await fetch(this.url, { method: 'PUT' });
    if (!answer.ok) throw new Error(`The app could not register: ${answer.status} ${await answer.text()}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}
