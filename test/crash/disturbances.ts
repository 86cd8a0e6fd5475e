import { setTimeout as sleep } from 'node:timers/promises';
import { holdLock, type FileLock } from '../support/file-lock.js';
import type { Random } from './random.js';
import type { ServerProcess } from './server-process.js';

/** The share of servers whose data file another process locks, and the share that is suspended. */
const LOCKED = 0.5;
const SUSPENDED = 0.5;
/** The share of servers that start while another process holds the lock. */
const LOCKED_AT_START = 0.2;
/** When a disturbance begins, in milliseconds after the server is ready. */
const BEGINS_MS = { from: 0, to: 500 };
/** The longest lock, in milliseconds. It is much shorter than the five seconds that a starting server waits for its file. */
export const LONGEST_LOCK_MS = 1_500;
const LOCK_MS = { from: 50, to: LONGEST_LOCK_MS };
const SUSPENSION_MS = { from: 50, to: 2_000 };

/** How often a disturbance happened, and for how long in total, in milliseconds. */
export interface Disturbed {
  count: number;
  ms: number;
  /** How many of them lasted until the server was killed. */
  atKill: number;
}

/** Locks a server's data file and suspends the server at random times. */
export class Disturbances {
  readonly locks: Disturbed = { count: 0, ms: 0, atKill: 0 };
  readonly suspensions: Disturbed = { count: 0, ms: 0, atKill: 0 };
  readonly startLocks: Disturbed = { count: 0, ms: 0, atKill: 0 };

  constructor(
    private readonly random: Random,
    private readonly dataFile: string,
  ) {}

  /**
   * Disturbs a server until `killed` is aborted.
   *
   * @returns when no other process has the file open any more
   */
  async during(server: ServerProcess, killed: AbortSignal): Promise<void> {
    const [isLocked, isSuspended] = [this.random.chance(LOCKED), this.random.chance(SUSPENDED)];
    const plan = {
      lockAfter: this.between(BEGINS_MS),
      lockMs: this.between(LOCK_MS),
      suspendAfter: this.between(BEGINS_MS),
      suspendMs: this.between(SUSPENSION_MS),
    };
    await Promise.all([
      isLocked && this.lock(plan.lockAfter, plan.lockMs, killed),
      isSuspended && this.suspend(server, plan.suspendAfter, plan.suspendMs, killed),
    ]);
  }

  /**
   * Takes the lock before some of the servers start. Resolves when the lock is held, or immediately if this server starts
   * without it.
   */
  async beforeStart(): Promise<void> {
    const [isLocked, ms] = [this.random.chance(LOCKED_AT_START), this.between(LOCK_MS)];
    if (!isLocked) return;
    await holdLock(this.dataFile, ms);
    this.startLocks.count++;
    this.startLocks.ms += ms;
  }

  private async lock(afterMs: number, ms: number, killed: AbortSignal): Promise<void> {
    if (await passes(afterMs, killed)) return;
    const lock: FileLock = await holdLock(this.dataFile, ms);
    const isKilled = killed.aborted;
    if (!isKilled) {
      this.locks.count++;
      this.locks.ms += ms;
    }
    await lock.released.finally(() => {
      if (killed.aborted && !isKilled) this.locks.atKill++;
    });
  }

  private async suspend(
    server: ServerProcess,
    afterMs: number,
    ms: number,
    killed: AbortSignal,
  ): Promise<void> {
    if (await passes(afterMs, killed)) return;
    server.signal('SIGSTOP');
    this.suspensions.count++;
    this.suspensions.ms += ms;
    if (await passes(ms, killed)) this.suspensions.atKill++;
    else server.signal('SIGCONT');
  }

  private between({ from, to }: { from: number; to: number }): number {
    return this.random.between(from, to);
  }
}

/** Waits. Returns whether the server was killed meanwhile. */
async function passes(ms: number, killed: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal: killed }).catch(() => undefined);
  return killed.aborted;
}
