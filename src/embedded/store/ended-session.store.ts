import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** Logins to the dashboard that were ended by a log out, until the time at which they would have ended by themselves. */
@Injectable()
export class EndedSessionStore {
  constructor(private readonly db: Database) {}

  /** @returns when each would have ended, in milliseconds since 1970, by id */
  all(): Map<string, number> {
    const rows = this.db.all<{ id: string; at: number }>('SELECT id, ends_at AS at FROM ended_session');
    return new Map(rows.map(({ id, at }) => [id, at]));
  }

  /** Keeps these, and forgets those whose time is over. */
  keep(ended: ReadonlyMap<string, number>, now: number): void {
    this.db.run('DELETE FROM ended_session WHERE ends_at <= ?', now);
    for (const [id, at] of ended) {
      this.db.run('INSERT OR IGNORE INTO ended_session (id, ends_at) VALUES (?,?)', id, at);
    }
  }
}
