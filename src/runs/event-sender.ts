import { Injectable } from '@nestjs/common';
import { Inngest } from 'inngest';
import { Clock } from '../clock/index.js';
import { messageOf } from '../common/error-text.js';
import { InjectInngest, InngestRegistration } from '../inngest/index.js';
import { SEND_WITHIN_MS } from './deadlines.js';
import { InngestRefusedError, InngestUnreachableError, NotRegisteredError } from './inngest-api.errors.js';

/** Sends events. Its errors distinguish an unreachable Inngest from one that refuses the event. */
@Injectable()
export class EventSender {
  constructor(
    @InjectInngest() private readonly client: Inngest,
    private readonly registration: InngestRegistration,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the event's id at Inngest
   * @throws NotRegisteredError, InngestUnreachableError or InngestRefusedError, within 3 s. After an
   * InngestUnreachableError the event may still arrive.
   */
  async send(event: { name: string; data?: Record<string, unknown> }): Promise<string> {
    this.assertRegistered();
    // Set `ts`: Inngest starts no run before its event's time, and the SDK would use the machine's clock.
    const sending = this.client.send({ ...event, ts: this.clock.now() });
    const { ids } = await Promise.race([sending, this.deadline()]).catch((error: unknown) => {
      throw error instanceof InngestUnreachableError ? error : this.explained(error);
    });
    const [id] = ids;
    if (id === undefined)
      throw new InngestUnreachableError(this.url, 'the server at this address is not an Inngest server.');
    return id;
  }

  /** Inngest accepts events for which it has no function, and never starts a run for them, even later. */
  private assertRegistered(): void {
    const { state, lastError = state } = this.registration;
    if (state === 'unreachable') throw new InngestUnreachableError(this.url, lastError);
    if (state === 'refused') throw new InngestRefusedError(this.url, lastError);
    if (state !== 'registered') throw new NotRegisteredError(this.url);
  }

  private get url(): string {
    return new URL(this.client.eventBaseUrl).origin;
  }

  /** Needed because the SDK waits forever for a server that accepts the connection and does not answer. */
  private async deadline(): Promise<never> {
    const signal = AbortSignal.timeout(SEND_WITHIN_MS);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    throw new InngestUnreachableError(this.url, 'it did not answer in time.');
  }

  /**
   * Converts an error of the SDK. It contains Inngest's answer only in its message, and a failed connection only as its
   * cause.
   */
  private explained(error: unknown): Error {
    const message = messageOf(error);
    const [, status, reason] = /^Inngest API Error: (\d{3}) (.*)$/s.exec(message) ?? [];
    if (status === undefined) {
      return new InngestUnreachableError(this.url, 'no connection.', { cause: error });
    }
    const answer = `${status} ${reason}`.replace(/[.]+$/, '');
    const isRefusal = status.startsWith('4') && status !== '408' && status !== '429';
    if (!isRefusal) return new InngestUnreachableError(this.url, `it answered ${answer}.`, { cause: error });
    const hint = ['401', '403', '404'].includes(status) ? ' Check INNGEST_EVENT_KEY and INNGEST_URL.' : '';
    return new InngestRefusedError(this.url, `${answer}.${hint}`, { cause: error });
  }
}
