import { Injectable } from '@nestjs/common';
import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import { AppCaller } from '../calls/app-caller.js';
import { excerpt } from '../protocol/answer.js';
import { addressOf } from './app-addresses.js';
import { AppRefusedError } from './app-refused.error.js';

/** What an app says of itself when it is asked for its functions and answers with them (in-band). */
export type InBandAnswer = Record<string, unknown> & { functions: unknown[] };

/** Asks apps for their functions, and knows which ones it is asking at the moment. */
@Injectable()
export class AppAsker {
  /** How often an address is being asked now. */
  private readonly asked = new Map<string, number>();

  constructor(private readonly caller: AppCaller) {}

  /**
   * Asks the app at `url` to register.
   *
   * @param timeoutMs how long it may take; as long as a call unless given
   * @returns its functions when it answers with them; undefined when it registered by a request of its own
   * @throws AppRefusedError when it answers something else
   * @throws Error when it cannot be reached
   */
  async ask(url: string, timeoutMs?: number): Promise<InBandAnswer | undefined> {
    const address = addressOf(url);
    this.count(address, 1);
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
      this.count(address, -1);
    }
  }

  /**
   * Whether an app has been asked and has not answered yet.
   *
   * @param address of the app, as `addressOf` gives it; any app unless given
   */
  isAsking(address?: string): boolean {
    return address === undefined ? this.asked.size > 0 : this.asked.has(address);
  }

  private count(address: string, change: number): void {
    const count = (this.asked.get(address) ?? 0) + change;
    if (count > 0) this.asked.set(address, count);
    else this.asked.delete(address);
  }
}
