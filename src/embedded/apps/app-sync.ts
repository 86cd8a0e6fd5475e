import { Injectable, Logger } from '@nestjs/common';
import { AppCaller } from '../execution/app-caller.js';
import { isRecord } from '../protocol/ops.js';
import { FunctionRegistry } from './function-registry.js';
import { Registration } from './registration.js';

/** Asks apps to register: those that are named, and, at the start, those that are known. */
@Injectable()
export class AppSync {
  private readonly logger = new Logger('Inngest');

  constructor(
    private readonly caller: AppCaller,
    private readonly registration: Registration,
    private readonly functions: FunctionRegistry,
  ) {}

  /**
   * Asks the app at `url` for its functions. It answers with them (in-band), or registers by a request of its own.
   *
   * @throws Error when it cannot be reached or refuses
   */
  async sync(url: string): Promise<void> {
    const answer = await this.caller.send('PUT', url, { url });
    const body = JSON.parse(answer.body || 'null') as unknown;
    if (answer.status !== 200) {
      const message = isRecord(body) && typeof body['message'] === 'string' ? body['message'] : answer.body;
      throw new Error(`The app at ${url} answered ${answer.status}: ${message}`);
    }
    if (isRecord(body) && Array.isArray(body['functions'])) {
      this.registration.register({ ...body, appName: body['app_id'], url: body['url'] ?? url });
    }
  }

  /** Asks the known apps again; one that is away will register by itself when it is back. */
  async syncKnown(): Promise<void> {
    await Promise.all(
      this.functions.allApps().map((app) =>
        this.sync(app.url).catch((error: unknown) => {
          this.logger.warn(`App "${app.name}" is away: ${(error as Error).message}`);
        }),
      ),
    );
  }
}
