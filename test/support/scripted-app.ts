import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseUncounted } from './parsed-json.js';

/** What the app does in one call. */
export interface Turn {
  /** Ops that the app reports during the call, one per checkpoint. */
  readonly checkpoints?: readonly object[];
  readonly status: number;
  readonly body: unknown;
}

/** The answers of a function to its calls, in order. */
export type Script = readonly Turn[];

interface CallContext {
  ctx: { run_id: string; fn_id: string; qi_id: string; request_id: string; generation_id: number };
}

/** An app without an SDK. It answers the calls of each function with the script's turns, and starts over after the last one. */
export class ScriptedApp {
  /** The number of calls that the app has answered. */
  calls = 0;
  private readonly at = new Map<string, number>();

  private constructor(
    private readonly http: Server,
    private readonly scripts: Readonly<Record<string, Script>>,
    private readonly inngest: string,
  ) {}

  /** @param scripts by function id, which is also the name of the event that triggers the function */
  static async start(inngest: string, scripts: Readonly<Record<string, Script>>): Promise<ScriptedApp> {
    const http = createServer();
    const app = new ScriptedApp(http, scripts, inngest);
    http.on('request', (request, response) => {
      void app.answer(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json', 'x-inngest-sdk': 'test:v1' });
        response.end(JSON.stringify(body));
        app.calls++;
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return app;
  }

  /** Registers the functions as the app "app". */
  async register(): Promise<void> {
    const url = `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/api/inngest`;
    const functions = Object.keys(this.scripts).map((id) => ({
      id: `app-${id}`,
      name: id,
      triggers: [{ event: id }],
      steps: { step: { id: 'step', name: 'step', runtime: { type: 'http', url }, retries: { attempts: 1 } } },
    }));
    await this.post('/fn/register', { appName: 'app', url, functions });
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    this.http.close();
    await once(this.http, 'close');
  }

  private async answer(request: IncomingMessage): Promise<Turn> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { ctx } = parseUncounted<CallContext>(Buffer.concat(chunks).toString());
    const id = new URL(request.url ?? '', 'http://app').searchParams.get('fnId')?.replace('app-', '') ?? '';
    const script = this.scripts[id] ?? [];
    const at = this.at.get(id) ?? 0;
    this.at.set(id, (at + 1) % script.length);
    const turn = script[at] as Turn;
    for (const op of turn.checkpoints ?? []) {
      await this.post(`/v1/checkpoint/${ctx.run_id}/async`, { ...ctx, steps: [op], ts: 1_795_441_743_926 });
    }
    return turn;
  }

  private async post(path: string, body: object): Promise<void> {
    const answer = await fetch(this.inngest + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`POST ${path} was answered ${answer.status}: ${text}`);
  }
}
