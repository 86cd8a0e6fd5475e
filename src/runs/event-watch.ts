import type { Clock, Release } from '../clock/index.js';
import type { ChangeNotice } from './change-stream.js';
import type { ChangeListener, ChangeNotices } from './change-notices.js';
import type { EventOutcome } from './runs.service.js';

/** The shortest and the longest time between two reads if there are no notices of changes, in milliseconds. */
const READ_AGAIN_AFTER_MS = 500;
const READ_AGAIN_AT_MOST_AFTER_MS = 30_000;

/**
 * The shortest time between two reads, in milliseconds of real time, because a run with many short steps changes more
 * often.
 */
const READS_APART_MS = 50;

/**
 * How many consecutive reads may be discarded. The next one is used, so that listeners also see a run that changes
 * constantly.
 */
const MOST_LEFT_OUT = 3;

/** Reads the outcome of the event; undefined if Inngest does not have the event. */
export type ReadOutcome = () => Promise<EventOutcome | undefined>;

/** The result of a read. */
export interface Snapshot {
  /** Grows with each read that succeeded. */
  readonly version: number;
  readonly outcome: EventOutcome | undefined;
}

/**
 * Reads the outcome of one event, for all its listeners. It reads when Inngest reports a change; without such notices,
 * at growing intervals, which start again after a change or at the end of a wait. It stops when the newest run has
 * ended.
 */
export class EventWatch implements ChangeListener {
  private snapshot: Snapshot | undefined;
  private readonly waiting = new Set<() => void>();
  private readonly release: Release;
  private cancelTimer: Release = () => undefined;
  private interval = READ_AGAIN_AFTER_MS;
  private reading: Promise<void> | undefined;
  private rest: NodeJS.Timeout | undefined;
  private releaseTime: Release | undefined;
  /** Whether something may have changed since the last read. */
  private isStale = false;
  private closed = false;
  /** How many reads in a row were discarded because something changed meanwhile. */
  private leftOut = 0;
  /** The result of the last read as text, to detect whether the next one differs. */
  private found = '';

  constructor(
    private readonly eventId: string,
    private readonly read: ReadOutcome,
    private readonly notices: ChangeNotices,
    private readonly clock: Clock,
  ) {
    this.release = notices.listen(this);
  }

  /**
   * The current state. It is read after the call, unless notices report every change.
   *
   * @throws the error of the read
   */
  async current(): Promise<EventOutcome | undefined> {
    const isRecent = this.notices.isConnected || this.isOver || (this.rest !== undefined && !this.isStale);
    if (!this.snapshot || !isRecent) await (this.reading ?? this.readNow());
    return this.snapshot?.outcome;
  }

  /** Waits for the first state after this version; undefined if the signal aborts before there is one. */
  async after(version: number, signal: AbortSignal): Promise<Snapshot | undefined> {
    while (!signal.aborted && !this.closed) {
      if (this.snapshot && this.snapshot.version > version) return this.snapshot;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.waiting.add(done);
        signal.addEventListener('abort', done);
      });
    }
    return undefined;
  }

  changed({ runs, events }: ChangeNotice): void {
    const known = this.snapshot?.outcome;
    const concerns =
      events.has(this.eventId) ||
      // The notice of a new run does not contain its event, so any changed run may belong to this event.
      (known?.run === undefined ? runs.size > 0 : known.runs.some(({ id }) => runs.has(id)));
    if (concerns) this.readSoon();
  }

  connected(): void {
    this.interval = READ_AGAIN_AFTER_MS;
    this.readSoon();
  }

  /** Whether no further change is expected: there is no such event, or its newest run has ended. */
  get isOver(): boolean {
    if (!this.snapshot) return false;
    const { outcome } = this.snapshot;
    return outcome === undefined || outcome.status === 'SKIPPED' || outcome.run?.endedAt !== undefined;
  }

  /** Ends all reading and waiting. */
  close(): void {
    this.closed = true;
    this.release();
    this.cancelTimer();
    clearTimeout(this.rest);
    this.letTimePass();
    this.wake();
  }

  private readSoon(): void {
    if (this.closed || this.isOver) return;
    this.holdTime();
    if (this.reading || this.rest) this.isStale = true;
    else this.readNow().catch(() => undefined);
  }

  /** Stops virtual time until a change has been read; otherwise temporary states would be missed. */
  private holdTime(): void {
    this.releaseTime ??= this.clock.hold('a followed run is read');
  }

  private readNow(): Promise<void> {
    this.holdTime();
    this.cancelTimer();
    clearTimeout(this.rest);
    this.isStale = false;
    this.reading = this.readOnce().then(
      () => this.hasRead(true),
      (error: unknown) => {
        this.hasRead(false);
        throw error;
      },
    );
    return this.reading;
  }

  private async readOnce(): Promise<void> {
    const outcome = await this.read();
    // A read consists of several requests. If something changed between them, their answers may be inconsistent.
    if (this.snapshot && this.isStale && this.leftOut < MOST_LEFT_OUT) {
      this.leftOut++;
      return;
    }
    this.leftOut = 0;
    const found = JSON.stringify(outcome) ?? '';
    if (this.snapshot && found === this.found) return;
    this.found = found;
    this.interval = READ_AGAIN_AFTER_MS;
    this.snapshot = { version: (this.snapshot?.version ?? 0) + 1, outcome };
    this.wake();
  }

  /** Schedules the next read, also if Inngest was not reachable. */
  private hasRead(succeeded: boolean): void {
    this.reading = undefined;
    if (!this.isStale) this.letTimePass();
    if (this.closed || this.isOver) return this.letTimePass();
    this.rest = setTimeout(() => this.hasRested(), this.clock.isVirtual ? 0 : READS_APART_MS);
    this.rest.unref();
    const outcome = this.snapshot?.outcome;
    // No notice reports that an event starts no run, so keep polling until there is a run.
    if (succeeded && this.notices.isConnected && outcome?.run !== undefined) return;
    this.cancelTimer = this.clock.after(this.nextWait(outcome), () => this.lookAgain(), 'background');
  }

  private lookAgain(): void {
    if (!this.reading) this.readNow().catch(() => undefined);
  }

  private letTimePass(): void {
    this.releaseTime?.();
    this.releaseTime = undefined;
  }

  private hasRested(): void {
    this.rest = undefined;
    if (this.isStale) this.readSoon();
  }

  private nextWait(outcome: EventOutcome | undefined): number {
    const wait = this.interval;
    this.interval = Math.min(wait * 2, READ_AGAIN_AT_MOST_AFTER_MS);
    const until = Date.parse(outcome?.run?.waiting?.until ?? '');
    const left = until - this.clock.now();
    if (!(left > 0 && left <= wait)) return wait;
    this.interval = READ_AGAIN_AFTER_MS;
    return left;
  }

  private wake(): void {
    for (const done of this.waiting) done();
  }
}
