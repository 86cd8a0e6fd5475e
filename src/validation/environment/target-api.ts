import { isRecord } from '../../common/is-record.js';
import { objects, parseRun, parseSpan, type Json } from '../../runs/parse-records.js';
import type { RunRecord, SpanRecord } from '../../runs/run-record.js';
import { apiUrl, authorization, eventUrl, isCloud, type TargetAddress } from './target-address.js';
import { TargetHttp, type Answer, type Method } from './target-http.js';

/** An event in the form in which it is sent. */
export interface SentEvent {
  readonly name: string;
  readonly data: object;
  readonly id?: string;
}

/** A run with its function. */
export interface FunctionRun extends RunRecord {
  readonly appId: string;
  readonly functionId: string;
  /** The ids of the events that started it. */
  readonly eventIds: readonly string[];
}

export interface Trace {
  readonly root: SpanRecord;
  /** The input of the run. */
  readonly input: unknown;
}

/** The largest page of a list (read in Inngest's source). */
const PAGE = 100;
/** The largest page of an event's runs. */
const PAGE_OF_EVENT = 40;

/**
 * A client of an Inngest over HTTP. It sends events with the event API and does everything else with version 2 of the
 * API.
 */
export class TargetApi {
  private readonly http: TargetHttp;

  constructor(private readonly target: TargetAddress) {
    this.http = new TargetHttp(target);
  }

  /** @throws TargetError if nothing answers, if it does not serve version 2 of Inngest's API, or if a key is wrong */
  async assertAnswers(): Promise<void> {
    // Not every server has a health route in version 2, so this requests a list, which may be empty.
    const { status, body } = await this.request('GET', '/runs?limit=1');
    if (status === 404 || !('data' in body || 'errors' in body || 'metadata' in body)) {
      throw this.http.error(
        'what answers there is no Inngest with version 2 of the API (Inngest 1.43 has it).',
      );
    }
  }

  /** @returns the ids of the events, in the order of `events` */
  async send(events: readonly SentEvent[]): Promise<string[]> {
    const { status, body } = await this.http.send('POST', eventUrl(this.target), events);
    if (status === 200) return (body['ids'] as string[] | undefined) ?? [];
    const hint = status === 401 || status === 403 ? ' Check the event key.' : '';
    const reason = typeof body['error'] === 'string' ? `: ${body['error']}` : '';
    throw this.http.error(`its event API answered ${status}${reason}.${hint}`);
  }

  /** The runs that an event started, of all functions; empty while the target has none. */
  async runsOfEvent(eventId: string): Promise<FunctionRun[]> {
    const { body } = await this.request(
      'GET',
      `/events/${eventId}/runs?includeOutput=true&limit=${PAGE_OF_EVENT}`,
    );
    return objects(body['data']).map(functionRun);
  }

  /** A page of the newest runs, newest first. */
  async newestRuns(filter: RunFilter = {}): Promise<FunctionRun[]> {
    return (await this.page(filter)).runs;
  }

  /**
   * All runs of a list that were queued since the filter's `from`, newest first, from all pages.
   *
   * @param isEnough called with all runs so far; true ends the list early
   */
  async runs(
    filter: RunFilter & { readonly from: number },
    isEnough: (runs: readonly FunctionRun[]) => boolean = () => false,
  ): Promise<FunctionRun[]> {
    const runs: FunctionRun[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.page(filter, cursor);
      runs.push(...page.runs);
      // If the server returns the same cursor again, following it would never end.
      cursor = page.cursor === cursor ? undefined : page.cursor;
      if (filter.sort === undefined && isBefore(runs.at(-1), filter.from)) break;
    } while (cursor !== undefined && !isEnough(runs));
    return runs;
  }

  /**
   * Whether the target refuses a list with these parameters. A server that supports a parameter refuses an invalid
   * value.
   */
  async refusesList(parameters: Readonly<Record<string, string>>): Promise<boolean> {
    return (await this.request('GET', `/runs?${new URLSearchParams(parameters).toString()}`)).status === 400;
  }

  /** The run's trace with all inputs and outputs; undefined if there is none yet. */
  async trace(runId: string): Promise<Trace | undefined> {
    const { body } = await this.request('GET', `/runs/${runId}/trace?includeOutput=true`);
    const root = isRecord(body['data']) ? body['data']['rootSpan'] : undefined;
    return isRecord(root) ? { root: parseSpan(root), input: root['input'] } : undefined;
  }

  /** @returns whether the target accepted the request, or the run has already ended (409 on Inngest 1.43) */
  async cancel(runId: string): Promise<boolean> {
    return [200, 409].includes((await this.request('POST', `/runs/${runId}/cancel`, {})).status);
  }

  /** @returns the new run's id; undefined if the target refused */
  async rerun(runId: string): Promise<string | undefined> {
    const { body } = await this.request('POST', `/runs/${runId}/rerun`, {});
    const id = isRecord(body['data']) ? body['data']['runId'] : undefined;
    return typeof id === 'string' ? id : undefined;
  }

  /** The registered apps with their URLs. */
  async apps(): Promise<{ id: string; url: string | undefined }[]> {
    const { body } = await this.request('GET', `/apps?limit=${PAGE}`);
    return objects(body['data']).map((app) => {
      const url = isRecord(app['latestSync']) ? app['latestSync']['url'] : undefined;
      return { id: String(app['id']), url: typeof url === 'string' ? url : undefined };
    });
  }

  /** The ids of an app's functions; empty if there is no such app. */
  async functions(appId: string): Promise<string[]> {
    const { body } = await this.request('GET', `/apps/${appId}/functions?limit=${PAGE}`);
    return objects(body['data']).map((fn) => String(fn['id']));
  }

  /** The other apps that have a function with this id, which runs for the same events. */
  async othersWith(functionId: string, appId: string): Promise<string[]> {
    const others = (await this.apps()).map(({ id }) => id).filter((id) => id !== appId);
    const have = await Promise.all(others.map(async (id) => (await this.functions(id)).includes(functionId)));
    return others.filter((_, i) => have[i]);
  }

  /** Removes an app's functions by registering the app without any. @returns whether the target accepted that */
  async unregister(appId: string, workerUrl: string): Promise<boolean> {
    const origin = isCloud(this.target) ? 'https://api.inngest.com' : this.target.url;
    const registration = {
      appName: appId,
      url: `${workerUrl}/api/inngest`,
      deployType: 'ping',
      framework: 'nestjs',
      sdk: 'js:v4.24.0',
      v: '0.1',
      functions: [],
    };
    const headers = authorization(this.target);
    return (await this.http.send('POST', `${origin}/fn/register`, registration, headers)).status === 200;
  }

  private async page(
    { status, functionId, appId, from, until, eventName, sort }: RunFilter,
    cursor?: string,
  ): Promise<{ runs: FunctionRun[]; cursor: string | undefined }> {
    const path = functionId === undefined ? '/runs' : `/apps/${appId}/functions/${functionId}/runs`;
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (status !== undefined) query.set('status', status);
    if (from !== undefined) query.set('from', new Date(from).toISOString());
    if (until !== undefined) query.set('until', new Date(until).toISOString());
    if (eventName !== undefined) query.set('event', eventName);
    if (sort !== undefined) query.set('sort', sort);
    if (cursor !== undefined) query.set('cursor', cursor);
    const { body } = await this.request('GET', `${path}?${query.toString()}`);
    const page = isRecord(body['page']) ? body['page'] : {};
    const next = page['hasMore'] === true ? page['cursor'] : undefined;
    return {
      runs: objects(body['data']).map(functionRun),
      cursor: typeof next === 'string' && next !== '' ? next : undefined,
    };
  }

  private request(method: Method, path: string, body?: unknown): Promise<Answer> {
    return this.http.ask(method, apiUrl(this.target) + path, body);
  }
}

export interface RunFilter {
  readonly status?: 'COMPLETED' | 'FAILED' | 'CANCELLED';
  /** Only runs of this function. It requires {@link appId}. */
  readonly functionId?: string;
  readonly appId?: string;
  /** Only runs that were queued at this time or later, in milliseconds since 1970. */
  readonly from?: number;
  /** Only runs that were queued before this time, in milliseconds since 1970. */
  readonly until?: number;
  /** Only runs that events with this name started. */
  readonly eventName?: string;
  /** The value by which the list is sorted, highest first. Absent: newest first. */
  readonly sort?: 'priority' | 'duration';
}

function isBefore(run: FunctionRun | undefined, moment: number): boolean {
  return run?.queuedAt !== undefined && Date.parse(run.queuedAt) < moment;
}

function functionRun(value: Json): FunctionRun {
  const idOf = (part: unknown): string => (isRecord(part) ? String(part['id']) : '');
  const { trigger } = value;
  const eventIds: unknown = isRecord(trigger) ? trigger['eventIds'] : undefined;
  return {
    ...parseRun(value),
    appId: idOf(value['app']),
    functionId: idOf(value['function']),
    eventIds: Array.isArray(eventIds) ? eventIds.map(String) : [],
  };
}
