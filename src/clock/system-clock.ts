import { Injectable } from '@nestjs/common';
import { Clock, type CallHeaders, type Release } from './clock.js';

/** The longest delay Node's timers take (2^31 - 1 ms, about 24.8 days); beyond it they fire at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** The wall's time. */
@Injectable()
export class SystemClock extends Clock {
  override readonly isVirtual = false;

  override now(): number {
    return Date.now();
  }

  override schedule(at: number, fn: () => void): Release {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = at - this.now();
      timer =
        left > LONGEST_TIMEOUT_MS ? setTimeout(arm, LONGEST_TIMEOUT_MS) : setTimeout(fn, Math.max(0, left));
    };
    arm();
    return () => clearTimeout(timer);
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason as Error);
      };
      const cancel = this.schedule(this.now() + ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  override hold(): Release {
    return () => undefined;
  }

  override calling<T>(_what: string, work: (headers: Record<string, string>) => Promise<T>): Promise<T> {
    return work({});
  }

  override serving<T>(_headers: CallHeaders, work: () => Promise<T>): Promise<T> {
    return work();
  }
}
