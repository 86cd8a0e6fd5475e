import { Injectable } from '@nestjs/common';
import { Clock, type Release } from '../../clock/index.js';
import { Database } from '../store/database.js';

/** How often the server checks that its data file still exists and that no other server has it, in milliseconds. */
const CHECK_EVERY_MS = 5_000;

/** Notices that the data file was deleted, replaced or taken over by another server, even while the server is idle. */
@Injectable()
export class DataFileWatch {
  private next: Release | undefined;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Starts to check the data file every 5 s. */
  start(): void {
    this.next = this.clock.after(
      CHECK_EVERY_MS,
      () => {
        this.start();
        this.db.look();
      },
      'background',
    );
  }

  stop(): void {
    this.next?.();
  }
}
