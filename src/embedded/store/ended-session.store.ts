import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** Sessions of the dashboard that a log out has ended. They are stored until the time at which they would have expired. */
@Injectable()
export class EndedSessionStore {
  constructor(private readonly db: Database) {}

  /** @returns by session id, when the session would have expired, in milliseconds since 1970 */
  all(): Map<string, number> {
    const rows = this.db.all<{ id: string; at: number }>('SELECT id, ends_at AS at FROM ended_session');
    return new Map(rows.map(({ id, at }) => [id, at]));
  }

  /** Adds ended sessions, and removes those that would have expired. */
  keep(ended: ReadonlyMap<string, number>, now: number): void {
    this.db.run('DELETE FROM ended_session WHERE ends_at <= ?', now);
    for (const [id, at] of ended) {
      this.db.run('INSERT OR IGNORE INTO ended_session (id, ends_at) VALUES (?,?)', id, at);
    }
  }
}
