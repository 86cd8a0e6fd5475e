import { Injectable } from '@nestjs/common';
import type { StoredEvent } from '../protocol/event.js';

/** An event that the server itself sends, before it is stored. */
export type Announcement = Pick<StoredEvent, 'name' | 'data' | 'sessions'> & { id?: string };

/**
 * How the end of a run becomes an event without the run's code knowing who takes events in. The listener runs at
 * once, in the same transaction.
 */
@Injectable()
export class Announcements {
  private listener: ((announcement: Announcement) => void) | undefined;

  onAnnounce(listener: (announcement: Announcement) => void): void {
    this.listener = listener;
  }

  announce(announcement: Announcement): void {
    this.listener?.(announcement);
  }
}
