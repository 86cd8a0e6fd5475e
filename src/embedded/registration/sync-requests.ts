import { Injectable } from '@nestjs/common';
import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import { AppCaller } from '../calls/app-caller.js';
import { excerpt } from '../protocol/answer.js';
import { addressOf } from './app-addresses.js';
import { AppRefusedError } from './app-refused.error.js';

/** What an app says of itself when it is asked for its functions and answers with them (in-band). */
export type InBandAnswer = Record<string, unknown> & { functions: unknown[] };

export interface SyncRequestOptions {
  readonly timeoutMs?: number;
  readonly isNamed?: boolean;
}

/** Requests apps to sync, and knows which requests have no answer yet. */
@Injectable()
export class SyncRequests {
  /** The requests that have no answer yet. */
  private readonly open = new Set<{ address: string; isNamed: boolean }>();

  constructor(private readonly caller: AppCaller) {}

  /**
   * Requests the app at `url` to sync (PUT).
   *
   * @param options `timeoutMs`: how long it may take; as long as a call unless given. `isNamed`: the operator named the
   *   address; another one may be a stranger's
   * @returns its functions when it answers with them; undefined when it registered by a request of its own
   * @throws AppRefusedError when it answers something else
   * @throws Error when it cannot be reached
   */
  async send(
    url: string,
    { timeoutMs, isNamed = false }: SyncRequestOptions = {},
  ): Promise<InBandAnswer | undefined> {
    const request = { address: addressOf(url), isNamed };
    this.open.add(request);
    try {
      const answer = await this.caller.send('PUT', url, { url }, {}, timeoutMs);
      const body = parseJson(answer.body || 'null');
      if (answer.status !== 200) {
        const message =
          isRecord(body) && typeof body['message'] === 'string' ? body['message'] : excerpt(answer.body);
        throw new AppRefusedError(url, `answered ${answer.status}: ${message}`);
      }
      if (body === undefined) throw new AppRefusedError(url, 'answered what is not JSON.');
      return isRecord(body) && Array.isArray(body['functions']) ? (body as InBandAnswer) : undefined;
    } finally {
      this.open.delete(request);
    }
  }

  /**
   * Whether a request to an app has no answer yet.
   *
   * @param address of the app, as `addressOf` gives it; any app unless given
   * @param which `named`: only at an address that the operator named
   */
  isWaitingFor(address?: string, which?: 'named'): boolean {
    return [...this.open].some(
      (request) =>
        (address === undefined || request.address === address) && (which === undefined || request.isNamed),
    );
  }
}
