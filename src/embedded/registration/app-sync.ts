import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { AppPresence } from '../functions/app-presence.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { isConnectUrl } from '../protocol/connect/connect-url.js';
import { SyncRequests, type SyncRequestOptions } from './sync-requests.js';
import { Registration } from './registration.js';

/** Asks apps to sync: those that the operator names, and at the start those that were registered before. */
@Injectable()
export class AppSync {
  constructor(
    private readonly syncRequests: SyncRequests,
    private readonly registration: Registration,
    private readonly functions: FunctionRegistry,
    private readonly presence: AppPresence,
    private readonly clock: Clock,
  ) {}

  /**
   * Asks the app at `url` to sync. The app answers with its functions (in-band), or registers with a separate request.
   *
   * @throws AppRefusedError, InvalidRegistrationError when the app answers but is not registered
   * @throws Error when the app cannot be reached
   */
  async sync(url: string, options: SyncRequestOptions = {}): Promise<void> {
    const answer = await this.syncRequests.send(url, options);
    if (!answer) return;
    const { app_id: appName, sdk_language: language, sdk_version: version } = answer;
    const registration = {
      ...answer,
      ...(typeof language === 'string' && { sdk: `${language}:v${String(version)}` }),
      appName,
      url: answer['url'] ?? url,
    };
    await this.registration.register(registration, {
      kind: 'answer',
      from: url,
      isNamed: options.isNamed ?? false,
    });
  }

  /**
   * Asks the apps that were registered before this start to sync, so that their runs can go on. An app that does not answer
   * yet registers when it starts. Until then, but only for a while, the server delays its calls.
   */
  resume(): void {
    const apps = this.functions.allApps();
    this.presence.await(apps.map((app) => app.id));
    // Workers that connect register when they connect again.
    for (const { url } of apps.filter((app) => !isConnectUrl(app.url))) {
      const release = this.clock.hold(`asking ${url} for its functions`);
      // Errors are not logged here: a later registration or the next call reports them.
      this.sync(url)
        .catch(() => undefined)
        .finally(release);
    }
  }
}
