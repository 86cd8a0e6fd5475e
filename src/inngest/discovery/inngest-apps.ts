import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DEFAULT_APP, InngestApp } from '../definition/inngest-app.js';
import { INNGEST_APP_NAME } from '../definition/inngest.constants.js';
import { DuplicateAppError } from '../errors/duplicate-app.error.js';

/** All apps of the Nest application: every module that `InngestModule` was imported as. */
@Injectable()
export class InngestApps {
  /** The names of the apps; {@link DEFAULT_APP} for the one without. */
  readonly names: readonly string[];

  /** @throws DuplicateAppError when two have one name */
  constructor(private readonly modules: ModulesContainer) {
    // Providers with a fixed value are there before Nest makes any other.
    this.names = this.instances(INNGEST_APP_NAME).map(String);
    const twice = firstShared(
      this.names.map((name) => ({ name })),
      ({ name }) => name,
    );
    if (twice) throw DuplicateAppError.ofName(twice[0] === DEFAULT_APP ? undefined : twice[0]);
  }

  /**
   * Call it once all providers exist.
   *
   * @throws DuplicateAppError when two apps that serve functions have one path or one id
   */
  assertDistinct(): void {
    const apps = this.instances(InngestApp).filter((app) => app instanceof InngestApp);
    const served = apps.filter(({ path }) => path !== undefined);
    const path = firstShared(served, (app) => app.path ?? '');
    if (path) throw DuplicateAppError.ofPath(...path);
    const called = apps.filter(({ transport }) => transport !== undefined);
    const id = firstShared(called, ({ options }) => options.id);
    if (id) throw DuplicateAppError.ofId(...id);
  }

  private instances(token: symbol | typeof InngestApp): unknown[] {
    return [...this.modules.values()].flatMap(({ providers }) => providers.get(token)?.instance ?? []);
  }
}

/** The first value that two apps share, with their names. */
function firstShared<T extends { readonly name: string }>(
  apps: readonly T[],
  valueOf: (app: T) => string,
): [value: string, names: string[]] | undefined {
  const names = new Map<string, string[]>();
  for (const app of apps) names.set(valueOf(app), [...(names.get(valueOf(app)) ?? []), app.name]);
  return [...names].find(([, shared]) => shared.length > 1);
}
