import type { IncomingMessage } from 'node:http';

/** How often it looks at a request within the time for which a sender may be silent. */
const LOOKS = 4;

interface Watched {
  readonly request: IncomingMessage;
  readonly onSlow: () => void;
  bytesRead: number;
  looks: number;
  /** The number of looks since the last byte. */
  silentLooks: number;
}

/**
 * Finds the requests whose senders are silent or slow while their bodies are read. One timer serves all requests: most bodies
 * arrive at once, so that a timer for each request would be wasted. It measures real time, also beside a virtual clock.
 */
export class SlowSenders {
  private readonly watched = new Set<Watched>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param idleMs how long a sender may be silent, in milliseconds; it may take up to a quarter longer until it is found
   * @param idleTimes how many times that the whole body may take
   */
  constructor(
    private readonly idleMs: number,
    private readonly idleTimes: number,
  ) {}

  /** Calls `onSlow` at each look at which the sender is silent or slow, until the returned function is called. */
  watch(request: IncomingMessage, onSlow: () => void): () => void {
    const watched: Watched = { request, onSlow, bytesRead: -1, looks: 0, silentLooks: 0 };
    this.watched.add(watched);
    this.timer ??= setInterval(() => this.look(), this.idleMs / LOOKS).unref();
    return () => this.watched.delete(watched);
  }

  private look(): void {
    if (this.watched.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    for (const watched of this.watched) {
      const { bytesRead } = watched.request.socket;
      watched.silentLooks = bytesRead === watched.bytesRead ? watched.silentLooks + 1 : 0;
      watched.bytesRead = bytesRead;
      watched.looks++;
      if (watched.silentLooks >= LOOKS || watched.looks > LOOKS * this.idleTimes) watched.onSlow();
    }
  }
}
