import { once } from 'node:events';
import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import type { Database } from './database.js';
import type { DriverName } from './driver/sqlite-driver.js';

/** What the thread is started with. */
export interface CheckpointThreadData {
  file: string;
  driver: DriverName;
}

/** What the thread answers to each message `checkpoint`: how many frames are left to move. */
export type CheckpointResult = { remaining: number } | { error: string };

/** How many bytes the write-ahead log grows between two checkpoints. As SQLite's default: 1,000 pages. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
/**
 * A log of this size is made to begin anew, in bytes. It begins anew by itself when a checkpoint ends and no commit has
 * followed its start, so only a load without a pause makes it this long.
 */
const LARGE_BYTES = 16 * CHECKPOINT_BYTES;
/** How many commits pass between two looks at the size. One look takes about 5 µs. */
const COMMITS_BETWEEN_LOOKS = 8;
/** The main thread moves the rest of a large log itself if it has at most so many frames: about 1 MB. */
const FEW_FRAMES = 250;
/** SQLite's default, in pages: the log is moved by the commit that makes it so long. */
const AUTOMATIC = 1000;

/**
 * Moves the write-ahead log (WAL) into the data file, in a thread of its own.
 *
 * SQLite would do it inside a COMMIT, on the event loop, which then waits for the disk: up to 480 ms were measured while
 * 30,000 runs were cancelled. The thread starts when the log is large for the first time, so small servers have none.
 *
 * SQLite before 3.51.3 can damage a file if one connection checkpoints a log that is moved completely already, while
 * another one commits (https://www.sqlite.org/wal.html#walresetbug). This cannot happen here: this process alone writes,
 * and a checkpoint is asked for only after a commit that follows the checkpoint before it, so that either the commit has
 * begun the log anew, or frames are left to move.
 */
export class Checkpoints {
  private readonly logger = new Logger(Checkpoints.name);
  private worker: Worker | undefined;
  private isUnderWay = false;
  private hasFailed = false;
  private commits = 0;
  /** The size of the log at the last checkpoint, in bytes; 0 if it has begun anew since. */
  private moved = 0;

  constructor(
    private readonly file: string,
    private readonly db: Database,
    private readonly checkpointBytes = CHECKPOINT_BYTES,
    private readonly largeBytes = LARGE_BYTES,
  ) {
    // The limit makes SQLite cut the file when the log begins anew, so that its size tells how long the log is.
    db.script('PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 0;');
    db.onCommit(() => this.committed());
  }

  /**
   * Ends the thread, after the checkpoint that is under way. Only its end closes its connection: libsql cannot finalize
   * statements. Until then nobody can remove the log.
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
    if (this.isUnderWay || this.hasFailed || this.commits % COMMITS_BETWEEN_LOOKS !== 0) return;
    const size = this.walSize();
    if (size < this.moved) this.moved = 0;
    if (size - this.moved >= this.checkpointBytes) this.begin(size);
  }

  private begin(size: number): void {
    this.isUnderWay = true;
    this.moved = size;
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
    if (result.remaining > FEW_FRAMES) this.begin(size);
    else this.moveRest();
  }

  private moveRest(): void {
    try {
      this.db.get('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // The file is unavailable at present. The log is looked at again after the next commits.
    }
  }

  /** Goes back to SQLite's own way, which works without a thread. */
  private failed(reason: string): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.isUnderWay = false;
    const worker = this.worker;
    this.worker = undefined;
    void worker?.terminate();
    this.logger.warn(
      `The write-ahead log is moved into the data file by the main thread from now on: ${reason}`,
    );
    this.db.script(`PRAGMA wal_autocheckpoint = ${AUTOMATIC}`);
  }

  private walSize(): number {
    return statSync(`${this.file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }
}
