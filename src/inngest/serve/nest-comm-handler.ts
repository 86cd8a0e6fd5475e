import type { ServerResponse } from 'node:http';
import { InngestCommHandler, type Inngest, type InngestFunction as SdkFunction } from 'inngest';
import { withoutInngest } from '../client/explicit-client.js';
import { headerOf, queryOf, type EndpointRequest } from './endpoint-request.js';

export interface ServeOptions {
  client: Inngest;
  functions: readonly SdkFunction.Any[];
  /** The path of the endpoint, which is registered with Inngest. */
  path: string;
  /** The origin at which Inngest reaches the application. */
  address: { readonly origin: string };
}

/**
 * The SDK's handler for Node's requests with a parsed JSON body. Like {@link ExplicitInngest} it uses only its options
 * and reads no `INNGEST_*` environment variables. It registers the address in its options. The SDK would take the
 * address from the request (its `Host`, query or target), so the sender could choose it.
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
        // The SDK needs only the query of the URL, which names the function and the step.
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
