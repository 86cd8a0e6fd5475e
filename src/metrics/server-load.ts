import { Gauge, type Registry } from 'prom-client';

/** What an Inngest server in this process has to do. */
export interface ServerLoad {
  /** Its calls by what they wait for, with the milliseconds that the oldest of them has been queued. */
  readonly queue: readonly { readonly reason: string; readonly calls: number; readonly oldestMs: number }[];
  /** How much it has set aside after errors of its own, by kind: `call`, `timer`, `event`, `job`. */
  readonly setAside: Readonly<Record<string, number>>;
}

/** Reads the load now. May reject, while the server's data file cannot be read. */
export type ReadServerLoad = () => Promise<ServerLoad>;

/** The gauges of an Inngest server in this process. It is read once for each scrape, and not between them. */
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
      help: 'Calls in the queue of the embedded server, by what they wait for.',
      labelNames: ['reason'],
      registers,
    });
    this.oldest = new Gauge({
      name: 'inngest_embedded_oldest_call_seconds',
      help: 'For how long the oldest of these calls has been queued.',
      labelNames: ['reason'],
      registers,
    });
    this.setAside = new Gauge({
      name: 'inngest_embedded_set_aside',
      help: 'What the embedded server has set aside after errors of its own, until its next start.',
      labelNames: ['kind'],
      registers,
    });
  }

  /** Brings the gauges up to date. Never rejects: that the file cannot be read is in `inngest_embedded_up`. */
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
