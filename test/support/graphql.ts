import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';

const PROGRESS =
  'subscription ($id: ID!, $after: ID) { demoTaskProgress(eventId: $id, after: $after) ' +
  '{ id type at runId step attempt status reason until output error { name message } } }';

export interface GraphqlAnswer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a test expects of a body is its type
  body: any;
}

/** Sends a GraphQL operation to a worker over HTTP. */
export async function execute(
  url: string,
  operation: object,
  headers: Record<string, string> = {},
): Promise<GraphqlAnswer> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(operation),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

interface Told {
  id: string;
  type: string;
  step?: string | null;
  attempt?: number | null;
  status?: string | null;
}

/** What a subscription has received so far. */
export class Progress {
  readonly received: Told[] = [];
  readonly errors: unknown[] = [];
  isOver = false;
  over!: Promise<void>;

  get words(): string[] {
    return this.received.map(({ type, step, attempt, status }) =>
      type === 'STEP' ? `${step} ${attempt} ${status}` : type,
    );
  }
}

/** A graphql-transport-ws client on one connection. */
export class GraphqlClient {
  readonly client: Client;

  constructor(url: string, options: { connectionParams?: Record<string, unknown> } = {}) {
    this.client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      ...options,
    });
  }

  subscribe(id: string, after?: string): Progress {
    return this.send(PROGRESS, { id, ...(after !== undefined && { after }) });
  }

  send(query: string, variables: Record<string, unknown> = {}): Progress {
    const progress = new Progress();
    progress.over = new Promise((resolve) => {
      const end = (): void => {
        progress.isOver = true;
        resolve();
      };
      this.client.subscribe<{ demoTaskProgress: Told }>(
        { query, variables },
        {
          next: ({ data, errors = [] }) => {
            if (data) progress.received.push(data.demoTaskProgress);
            progress.errors.push(...errors);
          },
          error: (error) => {
            progress.errors.push(...(Array.isArray(error) ? (error as unknown[]) : [error]));
            end();
          },
          complete: end,
        },
      );
    });
    return progress;
  }

  async close(): Promise<void> {
    await this.client.dispose();
  }
}
