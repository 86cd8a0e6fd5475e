import { Injectable } from '@nestjs/common';
import { Inngest } from 'inngest';
import { isRecord } from '../common/is-record.js';
import { InjectInngest } from '../inngest/index.js';
import { InngestRefusedError, InngestUnreachableError, NotRegisteredError } from './inngest-api.errors.js';
import { InngestHttp, type Answer } from './inngest-http.js';
import {
  objects,
  parseEvent,
  parseJob,
  parseRun,
  parseRunV1,
  parseSpan,
  type Json,
} from './parse-records.js';
import type { EventRecord, JobRecord, RunRecord, SpanRecord } from './run-record.js';

/** A run in a list, with the ids of its events. */
export interface ListedRun extends RunRecord {
  readonly eventIds: readonly string[];
}

/** A page of a list of runs. */
export interface RunPage {
  readonly runs: readonly ListedRun[];
  /** The cursor of the next page; undefined on the last page. */
  readonly cursor?: string;
}

/**
 * Inngest's HTTP API for events and runs. It uses version 2, and version 1 if the server does not have version 2.
 *
 * Every method rejects with {@link InngestUnreachableError} or {@link InngestRefusedError}. `signal` aborts the
 * requests; it uses the machine's time, because the server may be another process.
 */
@Injectable()
export class InngestApi {
  /**
   * Makes the URL of every version 1 request unique, because answers are cached for up to 15 s (measured on Inngest
   * 1.43).
   */
  private questions = 0;

  private readonly http: InngestHttp;

  constructor(@InjectInngest() private readonly client: Inngest) {
    this.http = new InngestHttp(client);
  }

  /** The URL of the server. */
  get url(): string {
    return this.http.url;
  }

  /**
   * Resolves if the server answers.
   *
   * @returns the number of items that it has set aside; 0 for the real Inngest, which does not report it
   */
  async health(signal: AbortSignal): Promise<{ setAside: number }> {
    const { body } = await this.get('/health', signal);
    const setAside = isRecord(body) && isRecord(body['setAside']) ? body['setAside']['count'] : undefined;
    return { setAside: Number.isSafeInteger(setAside) ? (setAside as number) : 0 };
  }

  /** The event; undefined if Inngest has none with this id. */
  async event(id: string, signal: AbortSignal): Promise<EventRecord | undefined> {
    return parseEvent(this.dataOf(await this.getV1(`/v1/events/${id}`, signal)));
  }

  /** The runs of one function that the event has started, including replays, newest first. */
  async runsOfEvent(eventId: string, functionId: string, signal: AbortSignal): Promise<RunRecord[]> {
    const runs =
      (await this.runsOfEventV2(eventId, functionId, signal)) ??
      (await this.runsOfEventV1(eventId, functionId, signal));
    return runs.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** The run with more details than in lists; undefined if the server has only version 1. */
  async run(id: string, signal: AbortSignal): Promise<RunRecord | undefined> {
    const answer = await this.getV2(`/api/v2/runs/${id}?includeOutput=true`, signal);
    return isRecord(answer?.['data']) ? parseRun(answer['data']) : undefined;
  }

  /** The run's trace with the output of its steps; undefined if the server has only version 1. */
  async trace(runId: string, signal: AbortSignal): Promise<SpanRecord | undefined> {
    const answer = await this.getV2(`/api/v2/runs/${runId}/trace?includeOutput=true`, signal);
    const data = answer?.['data'];
    return isRecord(data) && isRecord(data['rootSpan']) ? parseSpan(data['rootSpan']) : undefined;
  }

  /** The queued jobs of the run; empty if the server does not report them. */
  async jobs(runId: string, signal: AbortSignal): Promise<JobRecord[]> {
    const { body } = await this.get(`/v1/runs/${runId}/jobs`, signal);
    return objects(isRecord(body) ? body['data'] : undefined).flatMap((job) => parseJob(job) ?? []);
  }

  /**
   * A page of the runs of one function, newest first.
   *
   * @param status Inngest's name of the status; any if undefined
   * @returns undefined if the server refuses the cursor
   */
  async runsOfFunction(
    functionId: string,
    { limit, status, cursor }: { limit: number; status?: string; cursor?: string },
    signal: AbortSignal,
  ): Promise<RunPage | undefined> {
    const query = new URLSearchParams({ limit: String(limit) });
    if (status !== undefined) query.set('status', status);
    if (cursor !== undefined) query.set('cursor', cursor);
    const path = `/api/v2/apps/${encodeURIComponent(this.client.id)}/functions/${functionId}/runs`;
    const answer = await this.http.ask(`${path}?${query.toString()}`, signal);
    if (answer.status === 400 && cursor !== undefined) return undefined;
    if (answer.status === 404 && isRecord(answer.body)) throw new NotRegisteredError(this.url);
    if (!isRecord(answer.body) || answer.status !== 200) throw this.refused(answer, 'to list runs');
    const { data, page } = answer.body;
    const next = isRecord(page) && page['hasMore'] === true ? page['cursor'] : undefined;
    return {
      runs: objects(data).map((run) => ({ ...parseRun(run), eventIds: eventIdsOf(run) })),
      ...(typeof next === 'string' && next !== '' && next !== cursor && { cursor: next }),
    };
  }

  /** Cancels a run. @returns false if it has already ended */
  async cancel(runId: string, signal: AbortSignal): Promise<boolean> {
    const answer = await this.http.ask(`/api/v2/runs/${runId}/cancel`, signal, { method: 'POST', body: {} });
    if (answer.status === 409) return false;
    if (answer.status !== 200) throw this.refused(answer, 'to cancel runs');
    return true;
  }

  /** Runs all steps of a run again, in a new run. @returns the new run's id */
  async rerun(runId: string, signal: AbortSignal): Promise<string> {
    const answer = await this.http.ask(`/api/v2/runs/${runId}/rerun`, signal, { method: 'POST', body: {} });
    const data = isRecord(answer.body) ? answer.body['data'] : undefined;
    const id = isRecord(data) ? data['runId'] : undefined;
    if (answer.status === 200 && typeof id === 'string') return id;
    if (refusalIn(answer.body).code === 'not_registered') throw new NotRegisteredError(this.url);
    throw this.refused(answer, 'to run runs again');
  }

  /**
   * A stream (Server-Sent Events) of the ids of changed runs and events; undefined if the server has none. Only the
   * embedded server has one.
   *
   * @param signal ends the stream
   */
  async changes(signal: AbortSignal): Promise<ReadableStream<Uint8Array> | undefined> {
    const response = await this.http.openStream('/api/v2/changes', signal);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    if (response.ok && isStream && response.body) return response.body;
    await response.body?.cancel();
    if (response.status === 404 || response.ok) return undefined;
    throw new InngestUnreachableError(this.url, `it answered ${response.status}.`);
  }

  private refused({ status, body }: Answer, what: string): InngestRefusedError {
    const isV2 = isRecord(body) && 'errors' in body;
    const reason = isV2 ? refusalIn(body).message : `${status}. It has no version 2 of the API ${what}.`;
    return new InngestRefusedError(this.url, reason);
  }

  private async runsOfEventV2(
    eventId: string,
    functionId: string,
    signal: AbortSignal,
  ): Promise<RunRecord[] | undefined> {
    const runs: Json[] = [];
    let cursor = '';
    do {
      const query = `includeOutput=true${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const answer = await this.getV2(`/api/v2/events/${eventId}/runs?${query}`, signal);
      if (answer === undefined) return undefined;
      runs.push(...objects(answer['data']));
      const page = isRecord(answer['page']) ? answer['page'] : {};
      const last = cursor;
      cursor = page['hasMore'] === true && typeof page['cursor'] === 'string' ? page['cursor'] : '';
      // Stop if the server returns the same page again, to prevent an endless loop.
      if (cursor === last) break;
    } while (cursor !== '');
    return runs
      .filter((run) => isRecord(run['function']) && run['function']['id'] === functionId)
      .map(parseRun);
  }

  /**
   * Version 1 identifies a run's function by an internal id. The app's list of functions maps it to the function's id.
   */
  private async runsOfEventV1(
    eventId: string,
    functionId: string,
    signal: AbortSignal,
  ): Promise<RunRecord[]> {
    const [functions, runs] = await Promise.all([
      this.get(`/v1/apps/${encodeURIComponent(this.client.id)}/functions`, signal),
      this.getV1(`/v1/events/${eventId}/runs`, signal),
    ]);
    const slug = `${this.client.id}-${functionId}`;
    const internalId = objects(functions.body).find((fn) => fn['id'] === slug)?.['internal_id'];
    return objects(this.dataOf(runs))
      .filter((run) => internalId === undefined || run['function_id'] === internalId)
      .map(parseRunV1);
  }

  /** The body of version 2's answer; undefined if the server does not have version 2. */
  private async getV2(path: string, signal: AbortSignal): Promise<Json | undefined> {
    const { body } = await this.get(path, signal);
    // A server without version 2 answers "404 page not found", or with its web page.
    const isV2 = isRecord(body) && ('data' in body || 'errors' in body || 'metadata' in body);
    return isV2 ? body : undefined;
  }

  private async getV1(path: string, signal: AbortSignal): Promise<Json> {
    const { body } = await this.get(`${path}?_=${process.pid}.${this.questions++}`, signal);
    if (isRecord(body)) return body;
    throw new InngestUnreachableError(this.url, `the server that answers ${path} is not an Inngest server.`);
  }

  /**
   * The data in version 1's answer. Version 1 reports "not found" as HTTP 200 with a `status` of 400 or 404 in the
   * body.
   */
  private dataOf(body: Json): unknown {
    return body['data'];
  }

  private get(path: string, signal: AbortSignal): Promise<Answer> {
    return this.http.ask(path, signal);
  }
}

function eventIdsOf({ trigger }: Json): string[] {
  const ids: unknown = isRecord(trigger) ? trigger['eventIds'] : undefined;
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}

/** The code and the message of an error of version 2. */
function refusalIn(body: unknown): { code?: unknown; message: string } {
  const [first] = objects(isRecord(body) ? body['errors'] : undefined);
  const message = first?.['message'];
  return { code: first?.['code'], message: typeof message === 'string' ? message : 'it gave no reason.' };
}
