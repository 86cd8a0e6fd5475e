import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { AppPresence } from '../functions/app-presence.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { isConnectUrl } from '../protocol/connect/connect-url.js';
import { SyncRequests, type SyncRequestOptions } from './sync-requests.js';
import { Registration } from './registration.js';

/** Asks apps to register: those that are named, and, at the start, those that are known. */
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
   * Asks the app at `url` for its functions. It answers with them (in-band), or registers by a request of its own.
   *
   * @throws AppRefusedError, InvalidRegistrationError when it answers and is not registered
   * @throws Error when it cannot be reached
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
   * After a start: asks the apps that were registered before, so that their runs can go on. One that does not answer
   * yet registers by itself when it is back; until then, or for a while, its calls are put off.
   */
  resume(): void {
    const apps = this.functions.allApps();
    this.presence.await(apps.map((app) => app.id));
    // A worker that connects does so by itself.
    for (const { url } of apps.filter((app) => !isConnectUrl(app.url))) {
      const release = this.clock.hold(`asking ${url} for its functions`);
      // Whatever is wrong with it is said when it registers, or by its calls.
      this.sync(url)
        .catch(() => undefined)
        .finally(release);
    }
  }
}
