import { Injectable } from '@nestjs/common';
import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import { AppCaller } from '../calls/app-caller.js';
import { excerpt } from '../protocol/answer.js';
import { addressOf } from './app-addresses.js';
import { AppRefusedError } from './app-refused.error.js';

/** What an app says of itself when it is asked for its functions and answers with them (in-band). */
export type InBandAnswer = Record<string, unknown> & { functions: unknown[] };

export interface AskOptions {
  readonly timeoutMs?: number;
  readonly isNamed?: boolean;
}

/** Asks apps for their functions, and knows which ones it is asking at the moment. */
@Injectable()
export class AppAsker {
  /** Who is being asked now: an entry for each question. */
  private readonly asked = new Set<{ address: string; isNamed: boolean }>();

  constructor(private readonly caller: AppCaller) {}

  /**
   * Asks the app at `url` to register.
   *
   * @param options `timeoutMs`: how long it may take; as long as a call unless given. `isNamed`: the operator named the
   *   address; another one may be a stranger's
   * @returns its functions when it answers with them; undefined when it registered by a request of its own
   * @throws AppRefusedError when it answers something else
   * @throws Error when it cannot be reached
   */
  async ask(url: string, { timeoutMs, isNamed = false }: AskOptions = {}): Promise<InBandAnswer | undefined> {
    const question = { address: addressOf(url), isNamed };
    this.asked.add(question);
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
      this.asked.delete(question);
    }
  }

  /**
   * Whether an app has been asked and has not answered yet.
   *
   * @param address of the app, as `addressOf` gives it; any app unless given
   * @param which `named`: only at an address that the operator named
   */
  isAsking(address?: string, which?: 'named'): boolean {
    return [...this.asked].some(
      (question) =>
        (address === undefined || question.address === address) && (which === undefined || question.isNamed),
    );
  }
}
