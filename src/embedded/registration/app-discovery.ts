import { Injectable } from '@nestjs/common';
import { Agent, request } from 'undici';
import { Clock } from '../../clock/index.js';

/** The ports of common frameworks, which the Dev Server searches too (read in Inngest 1.43). */
export const COMMON_PORTS: readonly number[] = [
  80, 3000, 3001, 3002, 3003, 3004, 3005, 3006, 3007, 3008, 3009, 3010, 4321, 5000, 5173, 8000, 8080, 8081,
  8787, 8888, 8910, 8911, 8912, 8913, 8914, 8915,
];

/** The paths at which SDKs serve functions: by default, on Netlify, on Redwood. */
const PATHS = ['/api/inngest', '/x/inngest', '/.netlify/functions/inngest', '/.redwood/functions/inngest'];

/** How long a program at one of the ports may take to answer, in milliseconds. */
const ANSWER_WITHIN_MS = 2_000;

/** Finds apps on this machine that the operator has not named. */
@Injectable()
export class AppDiscovery {
  constructor(private readonly clock: Clock) {}

  /**
   * Sends a `GET` to each path at each port. It changes nothing, and SDKs answer it with a header that identifies them.
   *
   * @returns the URLs at which an SDK answered
   */
  async find(ports: readonly number[]): Promise<string[]> {
    const agent = new Agent({ keepAliveTimeout: 1 });
    try {
      const found = await Promise.all([...new Set(ports)].map((port) => this.findAt(port, agent)));
      return found.flat();
    } finally {
      await agent.destroy();
    }
  }

  private async findAt(port: number, agent: Agent): Promise<string[]> {
    const found: string[] = [];
    for (const path of PATHS) {
      const url = `http://localhost:${port}${path}`;
      try {
        if (await this.isSdk(url, agent)) found.push(url);
      } catch {
        // Nothing listens at the port, or it does not speak HTTP, so the other paths need no request.
        break;
      }
    }
    return found;
  }

  private async isSdk(url: string, agent: Agent): Promise<boolean> {
    const timeout = new AbortController();
    const cancel = this.clock.after(ANSWER_WITHIN_MS, () => timeout.abort(), 'background');
    try {
      const answer = await request(url, { dispatcher: agent, signal: timeout.signal });
      // Does not read the body, which may be a stream without end.
      answer.body.on('error', () => undefined).destroy();
      return answer.headers['x-inngest-sdk'] !== undefined;
    } finally {
      cancel();
    }
  }
}
