import type { ThrottlerStorage } from '@nestjs/throttler';
import type { Clock } from '../clock/index.js';

type Counted = Awaited<ReturnType<ThrottlerStorage['increment']>>;

interface Window {
  /** Steady time. */
  readonly endsAt: number;
  hits: number;
}

/** How many clients are counted. Beyond it, ended windows are removed, then the oldest one. */
const MOST_CLIENTS = 10_000;

/**
 * Counts requests in windows that begin with a client's first request. It replaces the throttler's own storage, because
 * it uses the {@link Clock}, bounds the number of clients, and sets no timer for each request.
 */
export class WindowStorage implements ThrottlerStorage {
  private readonly windows = new Map<string, Window>();

  constructor(private readonly clock: Clock) {}

  /** @param ttl the length of a window, in milliseconds. A client is refused until its window ends */
  increment(key: string, ttl: number, limit: number): Promise<Counted> {
    const now = this.clock.steady();
    let window = this.windows.get(key);
    if (window === undefined || window.endsAt <= now) {
      this.windows.delete(key);
      this.makeRoom(now);
      window = { endsAt: now + ttl, hits: 0 };
      this.windows.set(key, window);
    }
    window.hits++;
    const left = Math.ceil((window.endsAt - now) / 1_000);
    const isBlocked = window.hits > limit;
    return Promise.resolve({
      totalHits: window.hits,
      timeToExpire: left,
      isBlocked,
      timeToBlockExpire: isBlocked ? left : 0,
    });
  }

  private makeRoom(now: number): void {
    if (this.windows.size < MOST_CLIENTS) return;
    // All windows have the same length, so they end in the order in which they began.
    for (const [key, { endsAt }] of this.windows) {
      if (endsAt > now) break;
      this.windows.delete(key);
    }
    const [oldest] = this.windows.keys();
    if (this.windows.size >= MOST_CLIENTS && oldest !== undefined) this.windows.delete(oldest);
  }
}
