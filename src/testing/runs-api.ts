/** A run of the v2 API. */
export interface Run {
  id: string;
  status: 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  function: { id: string; name: string };
  queuedAt: string;
  startedAt?: string;
  endedAt?: string;
  output?: unknown;
  waiting?: { reason: string; until?: string; attempt?: number };
  reason?: string;
  originalRunId?: string;
  trigger: { eventIds: string[] };
}

/** A span of the v2 trace: a step, or one attempt of it. */
export interface Span {
  name: string;
  status: string;
  queuedAt: string;
  startedAt?: string;
  endedAt?: string;
  /** The step's hashed id; absent for attempts of the function itself. */
  stepId?: string;
  stepOp?: string;
  /** The time of the next attempt after a failed one. */
  retryAt?: string;
  output?: unknown;
  children?: Span[];
}

/** An event to send. */
export interface Event {
  name: string;
  data?: unknown;
  id?: string;
  ts?: number;
}

/** Reads the runs of a server by its HTTP API. */
export class RunsApi {
  private readonly authorization: Record<string, string>;

  /** @param url returns the current URL of the server */
  constructor(
    private readonly url: () => string,
    signingKey?: string,
  ) {
    this.authorization = signingKey === undefined ? {} : { authorization: `Bearer ${signingKey}` };
  }

  /**
   * Sends events to the event API; returns their ids.
   *
   * @throws Error with the server's message if it refuses them
   */
  async send(events: readonly Event[]): Promise<string[]> {
    const answer = await fetch(`${this.url()}/e/test`, { method: 'POST', body: JSON.stringify(events) });
    const { ids, error } = (await answer.json()) as { ids: string[]; error?: string };
    if (error !== undefined) throw new Error(`The event API answered ${answer.status}: ${error}`);
    return ids;
  }

  /** The runs of an event, oldest first. */
  ofEvent(eventId: string | undefined): Promise<Run[]> {
    return this.pages(`/api/v2/events/${eventId}/runs?includeOutput=true&limit=40`);
  }

  /** All runs, newest first. */
  all(): Promise<Run[]> {
    return this.pages('/api/v2/runs?includeOutput=true&limit=100');
  }

  /** The steps of a run, in the order in which they began, and last the attempts of the function itself. */
  async trace(runId: string): Promise<Span[]> {
    const path = `/api/v2/runs/${runId}/trace?includeOutput=true`;
    const { data } = await this.get<{ data: { rootSpan: Span } }>(path);
    return data.rootSpan.children ?? [];
  }

  /** Whether a run is queued or running. */
  async areOpen(): Promise<boolean> {
    const { data } = await this.get<{ data: Run[] }>('/api/v2/runs?status=QUEUED&status=RUNNING&limit=1');
    return data.length > 0;
  }

  /** Sends a GET to the server's HTTP API. */
  async get<T>(path: string): Promise<T> {
    return (await (await fetch(this.url() + path, { headers: this.authorization })).json()) as T;
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    const answer = await fetch(this.url() + path, {
      method: 'POST',
      headers: { ...this.authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as T;
  }

  /** All pages of a list. @param path the path of the list, with a query */
  private async pages(path: string): Promise<Run[]> {
    const all: Run[] = [];
    for (let cursor = ''; ;) {
      const { data, page } = await this.get<{ data?: Run[]; page?: { cursor?: string } }>(path + cursor);
      all.push(...(data ?? []).map(withBareError));
      if (page?.cursor === undefined) return all;
      cursor = `&cursor=${page.cursor}`;
    }
  }
}

/** Removes the wrapper `{error: …}` that lists put around the error of a failed run. */
function withBareError(run: Run): Run {
  return run.status === 'FAILED' ? { ...run, output: (run.output as { error: unknown }).error } : run;
}
