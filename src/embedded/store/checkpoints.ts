import { once } from 'node:events';
import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import type { Database } from './database.js';
import type { DriverName } from './driver/sqlite-driver.js';

/** The `workerData` of the thread. */
export interface CheckpointThreadData {
  file: string;
  driver: DriverName;
}

/** The thread's answer to a message `checkpoint`: the number of frames that are left to move, or an error. */
export type CheckpointResult = { remaining: number } | { error: string };

/** How many bytes the write-ahead log grows between two checkpoints: SQLite's default, 1,000 pages. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
/**
 * The size in bytes from which the log is made to start over. SQLite starts it over by itself if no commit comes during a
 * checkpoint, so the log only grows this large under a load without pauses.
 */
const LARGE_BYTES = 16 * CHECKPOINT_BYTES;
/** The log's size is checked once in this number of commits. A check takes about 5 µs. */
const COMMITS_PER_CHECK = 8;
/**
 * The main thread moves the rest of a large log itself if it has at most this number of frames (about 1 MB). The number
 * increases with the square of the log's size: at twice {@link LARGE_BYTES} it is four times as large. Without the increase
 * the log often grew to 400 MB at 170 runs/s, because commits add frames about as fast as the thread moves them. With it, the
 * log of ten minutes at 158 runs/s had a median of 101 MB and rarely exceeded 240 MB.
 */
const FEW_FRAMES = 250;
/** SQLite's default, in pages: the commit that makes the log this long moves it. */
const AUTOMATIC_PAGES = 1000;

/**
 * Moves the write-ahead log (WAL) into the data file, in a separate thread.
 *
 * SQLite would do it inside a COMMIT, so that the event loop waits for the disk: up to 480 ms were measured while 30,000
 * runs were cancelled. The thread starts when the log first exceeds {@link CHECKPOINT_BYTES}; small servers never start it.
 *
 * SQLite before 3.51.3 can damage a file if one connection checkpoints a log that was already moved completely, while
 * another one commits (https://www.sqlite.org/wal.html#walresetbug). That cannot happen here. Only this process writes, and
 * it starts a checkpoint only if a commit followed the previous one. So either that commit has started the log over, or
 * frames are left to move.
 */
export class Checkpoints {
  private readonly logger = new Logger(Checkpoints.name);
  private worker: Worker | undefined;
  private isUnderWay = false;
  private hasFailed = false;
  private commits = 0;
  /** The size of the log at the last checkpoint, in bytes; 0 if SQLite has started it over since. */
  private checkpointedSize = 0;

  constructor(
    private readonly file: string,
    private readonly db: Database,
    private readonly checkpointBytes = CHECKPOINT_BYTES,
    private readonly largeBytes = LARGE_BYTES,
  ) {
    // SQLite truncates the file to this limit when it starts the log over, so a larger file shows the log's length. Below the
    // limit it overwrites the file, which takes half as long as making it longer.
    db.script(`PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${checkpointBytes};`);
    db.onCommit(() => this.committed());
  }

  /**
   * Ends the thread after the checkpoint that is under way. With libsql, which cannot finalize statements, only the end of
   * the thread closes its connection. Before that, the log cannot be removed.
   */
  async close(): Promise<void> {
    const worker = this.worker;
    this.worker = undefined;
    this.hasFailed = true;
    if (!worker) return;
    worker.ref();
    worker.postMessage('close');
    await once(worker, 'exit');
  }

  private committed(): void {
    this.commits += 1;
    if (this.isUnderWay || this.hasFailed || this.commits % COMMITS_PER_CHECK !== 0) return;
    const size = this.walSize();
    if (size < this.checkpointedSize) this.checkpointedSize = 0;
    if (size - this.checkpointedSize > this.checkpointBytes) this.begin(size);
  }

  private begin(size: number): void {
    this.isUnderWay = true;
    this.checkpointedSize = size;
    this.worker ??= this.start();
    this.worker.postMessage('checkpoint');
  }

  private start(): Worker {
    const workerData: CheckpointThreadData = { file: this.file, driver: this.db.driverName };
    const worker = new Worker(new URL('./checkpoint-thread.mjs', import.meta.url), { workerData });
    worker.on('message', (result: CheckpointResult) => this.ended(result));
    worker.on('error', (error) => this.failed(error.message));
    worker.unref();
    return worker;
  }

  private ended(result: CheckpointResult): void {
    this.isUnderWay = false;
    if (this.hasFailed) return;
    if ('error' in result) {
      this.failed(result.error);
      return;
    }
    const size = this.walSize();
    if (result.remaining === 0 || size < this.largeBytes) return;
    if (result.remaining > FEW_FRAMES * (size / this.largeBytes) ** 2) this.begin(size);
    else this.moveRest();
  }

  private moveRest(): void {
    try {
      this.db.get('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // The file is unavailable now. One of the next commits checks the log again.
    }
  }

  /** Returns to SQLite's automatic checkpoints, which need no thread. */
  private failed(reason: string): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.isUnderWay = false;
    const worker = this.worker;
    this.worker = undefined;
    void worker?.terminate();
    this.logger.warn(
      `From now on the main thread moves the write-ahead log into the data file, because the thread for it failed: ${reason}`,
    );
    this.db.script(`PRAGMA wal_autocheckpoint = ${AUTOMATIC_PAGES}`);
  }

  private walSize(): number {
    return statSync(`${this.file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }
}
