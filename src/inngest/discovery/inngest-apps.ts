import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DEFAULT_APP, InngestApp } from '../definition/inngest-app.js';
import { INNGEST_APP_NAME } from '../definition/inngest.constants.js';
import { DuplicateAppError } from '../errors/duplicate-app.error.js';
import { UnknownAppError } from '../errors/unknown-app.error.js';

/** All apps of the Nest application: one for each import of `InngestModule`. */
@Injectable()
export class InngestApps {
  /** @throws DuplicateAppError if two apps have the same name */
  constructor(private readonly modules: ModulesContainer) {
    const twice = firstShared(
      this.names.map((name) => ({ name })),
      ({ name }) => name,
    );
    if (twice) {
      const [name] = twice;
      throw DuplicateAppError.ofName(name === DEFAULT_APP ? undefined : name, this.importersOf(name));
    }
  }

  /** The names of the apps; {@link DEFAULT_APP} for the app without a name. */
  get names(): readonly string[] {
    // Nest creates providers with a fixed value before all others.
    return this.instances(INNGEST_APP_NAME).map(String);
  }

  /**
   * Call it when all providers exist.
   *
   * @throws DuplicateAppError if two apps that serve functions have the same path or id
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

  /**
   * The id of an app. Call it when all providers exist.
   *
   * @param name the app's name; undefined for the app without a name
   * @param functionId the function that belongs to it, for the error
   * @throws UnknownAppError
   */
  idOf(name: string | undefined, functionId: string): string {
    const apps = this.instances(InngestApp).filter((app) => app instanceof InngestApp);
    const found = apps.find((app) => app.name === (name ?? DEFAULT_APP));
    if (!found) throw new UnknownAppError(`The function "${functionId}"`, name, this.names);
    return found.options.id;
  }

  /** The classes of the modules that import the app with this name. */
  private importersOf(name: string): string[] {
    const modules = [...this.modules.values()];
    const apps = modules.filter(({ providers }) => providers.get(INNGEST_APP_NAME)?.instance === name);
    const importers = modules.filter(({ imports }) => apps.some((app) => imports.has(app)));
    return [...new Set(importers.map((importer) => importer.name))];
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
