import { Injectable } from '@nestjs/common';
import { Clock, type Release } from '../../clock/index.js';
import { Database } from '../store/database.js';

/** How often an idle server looks whether its data file is still there and its own. */
const LOOK_EVERY_MS = 5_000;

/** Notices that the data file was deleted or replaced, or taken over by another server, also while nothing is stored. */
@Injectable()
export class DataFileWatch {
  private next: Release | undefined;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Looks every 5 s from now on. */
  start(): void {
    this.next = this.clock.after(
      LOOK_EVERY_MS,
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
