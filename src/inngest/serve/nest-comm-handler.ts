import type { Request, Response } from 'express';
import { InngestCommHandler, type Inngest, type InngestFunction as SdkFunction } from 'inngest';
import { withoutInngest } from '../client/explicit-client.js';
import { INNGEST_PATH } from '../definition/inngest.constants.js';

export interface ServeOptions {
  client: Inngest;
  functions: readonly SdkFunction.Any[];
  /** Where Inngest reaches the application. */
  address: { readonly origin: string };
}

/**
 * The SDK's handler for Express requests whose JSON body has been parsed. Like {@link ExplicitInngest} it goes by its
 * options alone and reads no `INNGEST_*` environment variables. What it registers is the address that it is given: the
 * SDK would take it from the request, by its Host, its query or its target, and so from whoever sends one.
 */
export class NestCommHandler extends InngestCommHandler<[Request, Response], Response> {
  protected override readonly streaming = false;
  private readonly address: ServeOptions['address'];

  constructor({ client, functions, address }: ServeOptions) {
    super({
      frameworkName: 'nestjs',
      client,
      functions,
      servePath: INNGEST_PATH,
      handler: (request: Request, response: Response) => ({
        body: (): unknown => request.body,
        headers: (name: string) => request.get(name),
        method: () => request.method,
        // Of the URL only the query counts: which function, which step.
        url: () => new URL(queryOf(request), new URL(INNGEST_PATH, address.origin)),
        env: () => withoutInngest(),
        transformResponse: ({ body, headers, status }) => response.status(status).set(headers).send(body),
      }),
    });
    this.address = address;
  }

  protected override reqUrl(): URL {
    return new URL(INNGEST_PATH, this.address.origin);
  }

  protected override get serveOrigin(): string | undefined {
    return this.address.origin;
  }
}

function queryOf({ originalUrl }: Request): string {
  const at = originalUrl.indexOf('?');
  return at < 0 ? '' : originalUrl.slice(at);
}
