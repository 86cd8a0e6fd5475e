import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { AppCaller } from '../calls/app-caller.js';
import { AppPresence } from '../functions/app-presence.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import { Registration } from './registration.js';

/** Asks apps to register: those that are named, and, at the start, those that are known. */
@Injectable()
export class AppSync {
  constructor(
    private readonly caller: AppCaller,
    private readonly registration: Registration,
    private readonly functions: FunctionRegistry,
    private readonly presence: AppPresence,
    private readonly clock: Clock,
  ) {}

  /**
   * Asks the app at `url` for its functions. It answers with them (in-band), or registers by a request of its own.
   *
   * @throws Error when it cannot be reached or refuses
   */
  async sync(url: string): Promise<void> {
    const answer = await this.caller.send('PUT', url, { url });
    const body = parseJson(answer.body);
    if (answer.status !== 200) {
      const message = isRecord(body) && typeof body['message'] === 'string' ? body['message'] : answer.body;
      throw new Error(`The app at ${url} answered ${answer.status}: ${message}`);
    }
    if (isRecord(body) && Array.isArray(body['functions'])) {
      const { app_id: appName, sdk_language: language, sdk_version: version } = body;
      await this.registration.register({
        ...body,
        ...(typeof language === 'string' && { sdk: `${language}:v${String(version)}` }),
        appName,
        url: body['url'] ?? url,
      });
    }
  }

  /**
   * After a start: asks the apps that were registered before, so that their runs can go on. One that does not answer
   * yet registers by itself when it is back; until then, or for a while, its calls are put off.
   */
  resume(): void {
    const apps = this.functions.allApps();
    this.presence.await(apps.map((app) => app.id));
    for (const { url } of apps) {
      const release = this.clock.hold(`asking ${url} for its functions`);
      // Whatever is wrong with it is said when it registers, or by its calls.
      this.sync(url)
        .catch(() => undefined)
        .finally(release);
    }
  }
}
