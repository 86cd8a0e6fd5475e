import type { ServerResponse } from 'node:http';
import { InngestCommHandler, type Inngest, type InngestFunction as SdkFunction } from 'inngest';
import { withoutInngest } from '../client/explicit-client.js';
import { headerOf, queryOf, type EndpointRequest } from './endpoint-request.js';

export interface ServeOptions {
  client: Inngest;
  functions: readonly SdkFunction.Any[];
  /** The path that is registered. */
  path: string;
  /** Where Inngest reaches the application. */
  address: { readonly origin: string };
}

/**
 * The SDK's handler for Node's requests whose JSON body has been parsed. Like {@link ExplicitInngest} it goes by its
 * options alone and reads no `INNGEST_*` environment variables. What it registers is the address that it is given: the
 * SDK would take it from the request, by its Host, its query or its target, and so from whoever sends one.
 */
export class NestCommHandler extends InngestCommHandler<[EndpointRequest, ServerResponse], void> {
  protected override readonly streaming = false;
  private readonly path: string;
  private readonly address: ServeOptions['address'];

  constructor({ client, functions, path, address }: ServeOptions) {
    super({
      frameworkName: 'nestjs',
      client,
      functions,
      servePath: path,
      handler: (request: EndpointRequest, response: ServerResponse) => ({
        body: (): unknown => request.body,
        headers: (name: string) => headerOf(request, name),
        method: () => request.method ?? 'GET',
        // Of the URL only the query counts: which function, which step.
        url: () => new URL(queryOf(request), new URL(path, address.origin)),
        env: () => withoutInngest(),
        transformResponse: ({ body, headers, status }) => {
          response.statusCode = status;
          for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
          response.end(body);
        },
      }),
    });
    this.path = path;
    this.address = address;
  }

  protected override reqUrl(): URL {
    return new URL(this.path, this.address.origin);
  }

  protected override get serveOrigin(): string | undefined {
    return this.address.origin;
  }
}
