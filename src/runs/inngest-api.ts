import { Injectable } from '@nestjs/common';
import { Inngest } from 'inngest';
import { BodyTooLargeError, readText } from '../common/bodies/index.js';
import { isRecord } from '../common/is-record.js';
import { parseJson } from '../common/parse-json.js';
import { signingKeyHash } from '../common/signing-key-hash.js';
import { InjectInngest } from '../inngest/index.js';
import { InngestRefusedError, InngestUnreachableError } from './inngest-api.errors.js';
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

/** In bytes, decompressed: more than the results of a whole run, 32 MiB, as a trace and a page of runs tell them. */
const LARGEST_ANSWER = 64 * 1024 * 1024;

interface Answer {
  status: number;
  body: unknown;
}

/**
 * Inngest's HTTP API for asking about events and runs. It speaks version 2, and version 1 where a server lacks that.
 *
 * Every method rejects with {@link InngestUnreachableError} or {@link InngestRefusedError}. `signal` ends the asking;
 * it is a matter of wall time, because the server may be another process.
 */
@Injectable()
export class InngestApi {
  /** Makes every question of version 1 a new one: its answers are cached for up to 15 s (measured on Inngest 1.43). */
  private questions = 0;

  constructor(@InjectInngest() private readonly client: Inngest) {}

  /** Where the API is asked. */
  get url(): string {
    return new URL(this.client.apiBaseUrl).origin;
  }

  /**
   * Resolves when the server answers at all.
   *
   * @returns how much it says that it has set aside; 0 for the real Inngest, which does not say
   */
  async health(signal: AbortSignal): Promise<{ setAside: number }> {
    const { body } = await this.get('/health', signal);
    const setAside = isRecord(body) && isRecord(body['setAside']) ? body['setAside']['count'] : undefined;
    return { setAside: Number.isSafeInteger(setAside) ? (setAside as number) : 0 };
  }

  /** The event, or undefined when Inngest has none with this id. */
  async event(id: string, signal: AbortSignal): Promise<EventRecord | undefined> {
    return parseEvent(this.dataOf(await this.getV1(`/v1/events/${id}`, signal)));
  }

  /** The runs of one function that the event has caused, replays among them, newest first. */
  async runsOfEvent(eventId: string, functionId: string, signal: AbortSignal): Promise<RunRecord[]> {
    const runs =
      (await this.runsOfEventV2(eventId, functionId, signal)) ??
      (await this.runsOfEventV1(eventId, functionId, signal));
    return runs.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** The run in more detail than a list of runs tells it, or undefined where only version 1 is spoken. */
  async run(id: string, signal: AbortSignal): Promise<RunRecord | undefined> {
    const answer = await this.getV2(`/api/v2/runs/${id}?includeOutput=true`, signal);
    return isRecord(answer?.['data']) ? parseRun(answer['data']) : undefined;
  }

  /** The run's trace with the output of its steps, or undefined where only version 1 is spoken. */
  async trace(runId: string, signal: AbortSignal): Promise<SpanRecord | undefined> {
    const answer = await this.getV2(`/api/v2/runs/${runId}/trace?includeOutput=true`, signal);
    const data = answer?.['data'];
    return isRecord(data) && isRecord(data['rootSpan']) ? parseSpan(data['rootSpan']) : undefined;
  }

  /** What the queue holds for the run; empty where the server does not tell. */
  async jobs(runId: string, signal: AbortSignal): Promise<JobRecord[]> {
    const { body } = await this.get(`/v1/runs/${runId}/jobs`, signal);
    return objects(isRecord(body) ? body['data'] : undefined).flatMap((job) => parseJob(job) ?? []);
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
      // A server that gives the same page again would be asked without end.
      if (cursor === last) break;
    } while (cursor !== '');
    return runs
      .filter((run) => isRecord(run['function']) && run['function']['id'] === functionId)
      .map(parseRun);
  }

  /** Version 1 names a run's function by an id of the server's own, which the app's list of functions translates. */
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

  /** The body of version 2's answer, or undefined when the server does not speak version 2. */
  private async getV2(path: string, signal: AbortSignal): Promise<Json | undefined> {
    const { body } = await this.get(path, signal);
    // A server without it says "404 page not found", or answers with its web page.
    const isV2 = isRecord(body) && ('data' in body || 'errors' in body || 'metadata' in body);
    return isV2 ? body : undefined;
  }

  private async getV1(path: string, signal: AbortSignal): Promise<Json> {
    const { body } = await this.get(`${path}?_=${process.pid}.${this.questions++}`, signal);
    if (isRecord(body)) return body;
    throw new InngestUnreachableError(this.url, `what answers ${path} is not an Inngest server.`);
  }

  /** What version 1 found. It says that there is nothing with 200 and a `status` of 400 or 404 in the body. */
  private dataOf(body: Json): unknown {
    return body['data'];
  }

  private async get(path: string, signal: AbortSignal): Promise<Answer> {
    const answer = await this.request(path, signal, this.client.signingKey);
    const refused = answer.status === 401 || answer.status === 403;
    if (!refused) return answer;
    const second = this.client.signingKeyFallback;
    const retried = second === undefined ? answer : await this.request(path, signal, second);
    if (retried.status !== 401 && retried.status !== 403) return retried;
    throw new InngestRefusedError(this.url, `${retried.status} for its API. Check INNGEST_SIGNING_KEY.`);
  }

  private async request(path: string, signal: AbortSignal, signingKey: string | undefined): Promise<Answer> {
    const headers: Record<string, string> = { ...this.client.headers };
    if (signingKey) headers['authorization'] = `Bearer ${signingKeyHash(signingKey)}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(new URL(path, this.client.apiBaseUrl), { headers, signal });
      text = await readText(response.body ?? [], LARGEST_ANSWER, 'its answer');
    } catch (cause) {
      if (cause instanceof BodyTooLargeError)
        throw new InngestUnreachableError(this.url, `${cause.message}.`);
      const reason = signal.aborted ? 'it did not answer in time.' : 'no connection.';
      throw new InngestUnreachableError(this.url, reason, { cause });
    }
    if (response.status >= 500 || response.status === 429) {
      const reason = reasonIn(text);
      throw new InngestUnreachableError(
        this.url,
        `it answered ${response.status}${reason && ` (${reason})`}.`,
      );
    }
    return { status: response.status, body: parseJson(text) };
  }
}

const LONGEST_REASON = 200;

/** What a failed answer says in its `error`, in one line; empty when it says nothing. */
function reasonIn(text: string): string {
  const { error } = (parseJson(text) ?? {}) as { error?: unknown };
  return typeof error === 'string' ? error.replace(/\s+/g, ' ').slice(0, LONGEST_REASON) : '';
}
