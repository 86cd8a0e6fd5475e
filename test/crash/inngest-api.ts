/** A run in the v2 API. */
export interface Run {
  id: string;
  app: { id: string };
  function: { id: string };
  status: 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  queuedAt: string;
  startedAt?: string;
  endedAt?: string;
  output?: unknown;
  waiting?: { reason: string };
}

/** An event and its outcomes in the v2 API. */
export interface Event {
  id: string;
  name: string;
  outcomes: { function: { id: string }; run?: { id: string }; reason?: string; at: string }[];
}

/** A client of the server's API. */
export class InngestApi {
  constructor(private readonly url: string) {}

  /** The number of runs that have not ended. */
  async openRuns(): Promise<number> {
    const answer = await this.get('/api/v2/runs?status=QUEUED,RUNNING&limit=1&includeTotal=true');
    return (answer.page as { total: number }).total;
  }

  runs(): Promise<Run[]> {
    return this.all('/api/v2/runs?includeOutput=true') as Promise<Run[]>;
  }

  events(): Promise<Event[]> {
    return this.all('/api/v2/events?') as Promise<Event[]>;
  }

  private async all(path: string): Promise<unknown[]> {
    const found: unknown[] = [];
    for (let cursor = ''; ;) {
      const { data, page } = await this.get(`${path}&limit=100${cursor}`);
      found.push(...(data as unknown[]));
      if (page.cursor === undefined) return found;
      cursor = `&cursor=${page.cursor}`;
    }
  }

  private async get(path: string): Promise<{ data: unknown; page: { cursor?: string; total?: number } }> {
    const answer = await fetch(this.url + path);
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as { data: unknown; page: { cursor?: string; total?: number } };
  }
}
