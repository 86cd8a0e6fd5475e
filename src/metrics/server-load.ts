import { Gauge, type Registry } from 'prom-client';

/** The queue of the embedded Inngest server. */
export interface ServerLoad {
  /** Its calls by the reason for which they wait, with the time since the oldest was queued, in milliseconds. */
  readonly queue: readonly { readonly reason: string; readonly calls: number; readonly oldestMs: number }[];
  /** The number of items that it has set aside after its own errors, by kind: `call`, `timer`, `event`, `job`. */
  readonly setAside: Readonly<Record<string, number>>;
}

/** Reads the current load. Rejects if the server cannot read its data file. */
export type ReadServerLoad = () => Promise<ServerLoad>;

/** The gauges of the embedded Inngest server. They are read once for each scrape. */
export class ServerLoadMetrics {
  private readonly readable: Gauge;
  private readonly calls: Gauge<'reason'>;
  private readonly oldest: Gauge<'reason'>;
  private readonly setAside: Gauge<'kind'>;

  constructor(
    private readonly read: ReadServerLoad,
    registry: Registry,
  ) {
    const registers = [registry];
    this.readable = new Gauge({
      name: 'inngest_embedded_up',
      help: 'Whether the embedded server could read its data file for this scrape.',
      registers,
    });
    this.calls = new Gauge({
      name: 'inngest_embedded_queue_calls',
      help: 'Calls in the queue of the embedded server, by the reason for which they wait.',
      labelNames: ['reason'],
      registers,
    });
    this.oldest = new Gauge({
      name: 'inngest_embedded_oldest_call_seconds',
      help: 'The time since the oldest of these calls was queued.',
      labelNames: ['reason'],
      registers,
    });
    this.setAside = new Gauge({
      name: 'inngest_embedded_set_aside',
      help: 'Items that the embedded server has set aside after its own errors, until its next start.',
      labelNames: ['kind'],
      registers,
    });
  }

  /** Updates the gauges. Never rejects: `inngest_embedded_up` shows if the file cannot be read. */
  async refresh(): Promise<void> {
    const load = await this.read().catch(() => undefined);
    this.readable.set(load === undefined ? 0 : 1);
    for (const gauge of [this.calls, this.oldest, this.setAside]) gauge.reset();
    if (load === undefined) return;
    for (const { reason, calls, oldestMs } of load.queue) {
      this.calls.set({ reason }, calls);
      this.oldest.set({ reason }, oldestMs / 1_000);
    }
    for (const [kind, count] of Object.entries(load.setAside)) this.setAside.set({ kind }, count);
  }
}
