import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** Single values of the whole data file, by key. */
@Injectable()
export class MetaStore {
  constructor(private readonly db: Database) {}

  get(key: string): string | undefined {
    return this.db.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', key)?.value;
  }

  set(key: string, value: string): void {
    this.db.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?,?)', key, value);
  }
}
