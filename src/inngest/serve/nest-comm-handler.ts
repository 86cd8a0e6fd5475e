import type { Request, Response } from 'express';
import { InngestCommHandler, type Inngest, type InngestFunction as SdkFunction } from 'inngest';
import { withoutInngest } from '../client/explicit-client.js';
import { INNGEST_PATH } from '../definition/inngest.constants.js';

export interface ServeOptions {
  client: Inngest;
  functions: readonly SdkFunction.Any[];
  serveOrigin: string | undefined;
}

/**
 * The SDK's handler for Express requests whose JSON body has been parsed. Like {@link ExplicitInngest} it goes by its
 * options alone and reads no `INNGEST_*` environment variables.
 */
export class NestCommHandler extends InngestCommHandler<[Request, Response], Response> {
  protected override readonly streaming = false;
  private readonly origin: string | undefined;

  constructor({ client, functions, serveOrigin }: ServeOptions) {
    super({
      frameworkName: 'nestjs',
      client,
      functions,
      servePath: INNGEST_PATH,
      handler: (request: Request, response: Response) => ({
        body: (): unknown => request.body,
        headers: (name: string) => request.get(name),
        method: () => request.method,
        url: () => new URL(request.originalUrl, `${request.protocol}://${request.get('host')}`),
        env: () => withoutInngest(),
        transformResponse: ({ body, headers, status }) => response.status(status).set(headers).send(body),
      }),
    });
    this.origin = serveOrigin;
  }

  protected override get serveOrigin(): string | undefined {
    return this.origin;
  }
}
