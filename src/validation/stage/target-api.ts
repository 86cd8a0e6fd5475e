import { isObject, objects, parseRun, parseSpan, type Json } from '../../runs/parse-records.js';
import type { RunRecord, SpanRecord } from '../../runs/run-record.js';
import { apiUrl, authorization, eventUrl, isCloud, type TargetAddress } from './target-address.js';

/** The target does not answer, or what answers is no Inngest, or it refuses the keys. */
export class TargetError extends Error {
  override readonly name = 'TargetError';

  constructor(url: string, reason: string, options?: ErrorOptions) {
    super(`Inngest not reachable at ${url}: ${reason}`, options);
  }
}

/** An event as it is sent. */
export interface SentEvent {
  readonly name: string;
  readonly data: object;
  readonly id?: string;
}

/** A run and the function it is of. */
export interface FunctionRun extends RunRecord {
  readonly appId: string;
  readonly functionId: string;
}

export interface Trace {
  readonly root: SpanRecord;
  /** What the run was given. */
  readonly input: unknown;
}

interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** How long one answer may take, in milliseconds. Wall time: the target may be another process. */
const TIMEOUT_MS = 5_000;

/** A page of a list, at most (read in Inngest's source). */
const PAGE = 100;
/** Of an event's runs there are fewer. */
const PAGE_OF_EVENT = 40;

/** Asks and tells an Inngest by HTTP: events by the event API, the rest by version 2 of its API. */
export class TargetApi {
  constructor(private readonly target: TargetAddress) {}

  /** @throws TargetError when nobody is there, or it is no Inngest that speaks version 2, or a key is wrong */
  async mustAnswer(): Promise<void> {
    // Version 2 has no health of its own on every server; a list that may be empty does.
    const { status, body } = await this.request('GET', '/runs?limit=1');
    if (status === 404 || !('data' in body || 'errors' in body || 'metadata' in body)) {
      throw this.error('what answers there is no Inngest with version 2 of the API (Inngest 1.43 has it).');
    }
  }

  /** @returns the ids of the events, in their order */
  async send(events: readonly SentEvent[]): Promise<string[]> {
    const { status, body } = await this.fetch('POST', eventUrl(this.target), events, {});
    if (status === 200) return (body['ids'] as string[] | undefined) ?? [];
    const hint = status === 401 || status === 403 ? ' Check the event key.' : '';
    const reason = typeof body['error'] === 'string' ? `: ${body['error']}` : '';
    throw this.error(`its event API answered ${status}${reason}.${hint}`);
  }

  /** The runs that an event caused, of all functions; none while the target does not know of any. */
  async runsOfEvent(eventId: string): Promise<FunctionRun[]> {
    const { body } = await this.request(
      'GET',
      `/events/${eventId}/runs?includeOutput=true&limit=${PAGE_OF_EVENT}`,
    );
    return objects(body['data']).map(functionRun);
  }

  /** The newest runs, newest first. */
  async newestRuns({ status, functionId, appId, from, until }: RunFilter = {}): Promise<FunctionRun[]> {
    const path = functionId === undefined ? '/runs' : `/apps/${appId}/functions/${functionId}/runs`;
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (status !== undefined) query.set('status', status);
    if (from !== undefined) query.set('from', new Date(from).toISOString());
    if (until !== undefined) query.set('until', new Date(until).toISOString());
    const { body } = await this.request('GET', `${path}?${query.toString()}`);
    return objects(body['data']).map(functionRun);
  }

  /** The run's trace with all inputs and outputs, or undefined when there is none yet. */
  async trace(runId: string): Promise<Trace | undefined> {
    const { body } = await this.request('GET', `/runs/${runId}/trace?includeOutput=true`);
    const root = isObject(body['data']) ? body['data']['rootSpan'] : undefined;
    return isObject(root) ? { root: parseSpan(root), input: root['input'] } : undefined;
  }

  /** @returns whether the target took the request */
  async cancel(runId: string): Promise<boolean> {
    return (await this.request('POST', `/runs/${runId}/cancel`, {})).status === 200;
  }

  /** @returns the new run's id, or undefined when the target would not */
  async rerun(runId: string): Promise<string | undefined> {
    const { body } = await this.request('POST', `/runs/${runId}/rerun`, {});
    const id = isObject(body['data']) ? body['data']['runId'] : undefined;
    return typeof id === 'string' ? id : undefined;
  }

  /** The apps that are registered, and where each serves. */
  async apps(): Promise<{ id: string; url: string | undefined }[]> {
    const { body } = await this.request('GET', `/apps?limit=${PAGE}`);
    return objects(body['data']).map((app) => {
      const url = isObject(app['latestSync']) ? app['latestSync']['url'] : undefined;
      return { id: String(app['id']), url: typeof url === 'string' ? url : undefined };
    });
  }

  /** The ids of an app's functions; none when there is no such app. */
  async functions(appId: string): Promise<string[]> {
    const { body } = await this.request('GET', `/apps/${appId}/functions?limit=${PAGE}`);
    return objects(body['data']).map((fn) => String(fn['id']));
  }

  /** The other apps whose function of this id runs for the same events. */
  async othersWith(functionId: string, appId: string): Promise<string[]> {
    const others = (await this.apps()).map(({ id }) => id).filter((id) => id !== appId);
    const have = await Promise.all(others.map(async (id) => (await this.functions(id)).includes(functionId)));
    return others.filter((_, i) => have[i]);
  }

  /** Takes an app's functions out, by registering it without any. @returns whether the target did so */
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
    return (await this.fetch('POST', `${origin}/fn/register`, registration, headers)).status === 200;
  }

  private async request(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const answer = await this.fetch(method, apiUrl(this.target) + path, body, authorization(this.target));
    if (answer.status !== 401 && answer.status !== 403) return answer;
    throw this.error(`its API answered ${answer.status}. Check the signing key.`);
  }

  private async fetch(
    method: 'GET' | 'POST',
    url: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Answer> {
    let status: number;
    let text: string;
    try {
      const response = await fetch(url, {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      ({ status } = response);
      text = await response.text();
    } catch (cause) {
      const late = cause instanceof Error && cause.name === 'TimeoutError';
      throw this.error(late ? `no answer within ${TIMEOUT_MS / 1_000} s.` : 'no connection.', { cause });
    }
    if (status >= 500) throw this.error(`it answered ${status}.`);
    return { status, body: parsed(text) };
  }

  private error(reason: string, options?: ErrorOptions): TargetError {
    const where = isCloud(this.target) ? 'Inngest Cloud' : this.target.url;
    return new TargetError(where, reason, options);
  }
}

interface RunFilter {
  readonly status?: 'COMPLETED' | 'FAILED' | 'CANCELLED';
  /** With {@link appId}: only runs of this function. */
  readonly functionId?: string;
  readonly appId?: string;
  /** Only runs that were queued from then on, in milliseconds since 1970. */
  readonly from?: number;
  /** Only runs that were queued before, in milliseconds since 1970. */
  readonly until?: number;
}

function functionRun(value: Json): FunctionRun {
  const idOf = (part: unknown): string => (isObject(part) ? String(part['id']) : '');
  return { ...parseRun(value), appId: idOf(value['app']), functionId: idOf(value['function']) };
}

function parsed(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
