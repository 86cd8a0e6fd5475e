import { Injectable } from '@nestjs/common';
import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import { AppCaller } from '../calls/app-caller.js';
import { excerpt } from '../protocol/answer.js';
import { addressOf } from './app-addresses.js';
import { AppRefusedError } from './app-refused.error.js';

/** The answer of an app that answers a sync request with its functions (in-band). */
export type InBandAnswer = Record<string, unknown> & { functions: unknown[] };

export interface SyncRequestOptions {
  readonly timeoutMs?: number;
  readonly isNamed?: boolean;
}

/** Sends sync requests to apps, and knows which of them have no answer yet. */
@Injectable()
export class SyncRequests {
  /** The requests that have no answer yet. */
  private readonly open = new Set<{ address: string; isNamed: boolean }>();

  constructor(private readonly caller: AppCaller) {}

  /**
   * Asks the app at `url` to sync (PUT).
   *
   * @param options `timeoutMs`: how long the app may take; default: as long as for a call. `isNamed`: whether the operator
   *   named the address, so that it is no stranger's
   * @returns the answer with the functions; undefined if the app registered with a separate request
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
      if (body === undefined) throw new AppRefusedError(url, 'answered with a body that is not JSON.');
      return isRecord(body) && Array.isArray(body['functions']) ? (body as InBandAnswer) : undefined;
    } finally {
      this.open.delete(request);
    }
  }

  /**
   * Whether a request to an app has no answer yet.
   *
   * @param address of the app, in the form of `addressOf`; default: any app
   * @param which `named`: only requests to an address that the operator named
   */
  isWaitingFor(address?: string, which?: 'named'): boolean {
    return [...this.open].some(
      (request) =>
        (address === undefined || request.address === address) && (which === undefined || request.isNamed),
    );
  }
}
