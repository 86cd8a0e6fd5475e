import { Injectable } from '@nestjs/common';
import { Inngest } from 'inngest';
import { Clock } from '../clock/index.js';
import { InjectInngest } from '../inngest/index.js';
import { InngestRefusedError, InngestUnreachableError } from './inngest-api.errors.js';

/**
 * How long sending may take, so that whoever asks us has an answer within 3 s. Wall time. The SDK alone tries five
 * times within about 1.8 s when nobody answers, and waits without end for a server that accepts and says nothing.
 */
const DEADLINE_MS = 2_500;

/** Sends events, and tells an Inngest that cannot be reached from one that does not want the event. */
@Injectable()
export class EventSender {
  constructor(
    @InjectInngest() private readonly client: Inngest,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the event's id at Inngest
   * @throws InngestUnreachableError or InngestRefusedError, within 3 s. After the first the event may still arrive.
   */
  async send(event: { name: string; data?: Record<string, unknown> }): Promise<string> {
    // Inngest starts runs no earlier than their event's time, which the SDK would take from the wall.
    const sending = this.client.send({ ...event, ts: this.clock.now() });
    const { ids } = await Promise.race([sending, this.deadline()]).catch((error: unknown) => {
      throw error instanceof InngestUnreachableError ? error : this.explained(error);
    });
    const [id] = ids;
    if (id === undefined)
      throw new InngestUnreachableError(this.url, 'what answers there is not an Inngest server.');
    return id;
  }

  private get url(): string {
    return new URL(this.client.eventBaseUrl).origin;
  }

  private async deadline(): Promise<never> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    throw new InngestUnreachableError(this.url, 'it did not answer in time.');
  }

  /** The SDK tells what Inngest answered only in its message, and a failed connection only as the error's cause. */
  private explained(error: unknown): Error {
    const message = error instanceof Error ? error.message : String(error);
    const [, status, reason] = /^Inngest API Error: (\d{3}) (.*)$/s.exec(message) ?? [];
    if (status === undefined) {
      return new InngestUnreachableError(this.url, 'no connection.', { cause: error });
    }
    const answer = `${status} ${reason}`;
    const isRefusal = status.startsWith('4') && status !== '408' && status !== '429';
    if (!isRefusal) return new InngestUnreachableError(this.url, `it answered ${answer}.`, { cause: error });
    const hint = ['401', '403', '404'].includes(status) ? ' Check INNGEST_EVENT_KEY and INNGEST_URL.' : '';
    return new InngestRefusedError(this.url, `${answer}.${hint}`, { cause: error });
  }
}
