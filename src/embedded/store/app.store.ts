import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

export interface App {
  id: string;
  name: string;
  url: string;
  sdk: string;
  framework: string;
  version: string | null;
  createdAt: number;
  syncedAt: number;
  /** The checksum of the registered configuration. It tells whether a sync changed anything. */
  checksum: string;
}

/** A function as its app registered it. */
export interface FunctionRecord {
  id: string;
  /** `<app>-<function>`. */
  slug: string;
  appId: string;
  name: string;
  /** The registered JSON. */
  config: string;
  createdAt: number;
  /**
   * When a sync of its app no longer contained it; null while it is registered. Every attempt of its unfinished runs then
   * fails without a call, so they fail when their retries are used up: after about five minutes with the default retries.
   */
  archivedAt: number | null;
}

interface AppRow {
  id: string;
  name: string;
  url: string;
  sdk: string;
  framework: string;
  version: string | null;
  created_at: number;
  synced_at: number;
  checksum: string;
}

interface FunctionRow {
  id: string;
  slug: string;
  app_id: string;
  name: string;
  config: string;
  created_at: number;
  archived_at: number | null;
}

@Injectable()
export class AppStore {
  constructor(private readonly db: Database) {}

  apps(): App[] {
    return this.db.all<AppRow>('SELECT * FROM app ORDER BY name').map((row) => ({
      id: row.id,
      name: row.name,
      url: row.url,
      sdk: row.sdk,
      framework: row.framework,
      version: row.version,
      createdAt: row.created_at,
      syncedAt: row.synced_at,
      checksum: row.checksum,
    }));
  }

  saveApp(app: App): void {
    this.db.run(
      `INSERT INTO app (id, name, url, sdk, framework, version, created_at, synced_at, checksum)
       VALUES (?,?,?,?,?,?,?,?,?)
       ON CONFLICT (id) DO UPDATE SET url = excluded.url, sdk = excluded.sdk, framework = excluded.framework,
         version = excluded.version, synced_at = excluded.synced_at, checksum = excluded.checksum`,
      app.id,
      app.name,
      app.url,
      app.sdk,
      app.framework,
      app.version,
      app.createdAt,
      app.syncedAt,
      app.checksum,
    );
  }

  /** All stored functions, including archived ones. */
  functions(): FunctionRecord[] {
    return this.db.all<FunctionRow>('SELECT * FROM function ORDER BY slug').map((row) => ({
      id: row.id,
      slug: row.slug,
      appId: row.app_id,
      name: row.name,
      config: row.config,
      createdAt: row.created_at,
      archivedAt: row.archived_at,
    }));
  }

  saveFunction(fn: Omit<FunctionRecord, 'archivedAt'>): void {
    this.db.run(
      `INSERT INTO function (id, slug, app_id, name, config, created_at) VALUES (?,?,?,?,?,?)
       ON CONFLICT (id) DO UPDATE SET app_id = excluded.app_id, name = excluded.name, config = excluded.config,
         archived_at = NULL`,
      fn.id,
      fn.slug,
      fn.appId,
      fn.name,
      fn.config,
      fn.createdAt,
    );
  }

  archiveFunction(id: string, at: number): void {
    this.db.run('UPDATE function SET archived_at = ? WHERE id = ? AND archived_at IS NULL', at, id);
  }
}
