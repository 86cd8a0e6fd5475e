import { optionalPackage } from '../../common/optional-package.js';
import type { Arguments, Tool } from './tool.js';
import type { ToolCalls } from './tool-calls.js';

const PACKAGE = '@modelcontextprotocol/sdk';

/** Told to agents when they connect. */
const INSTRUCTIONS =
  'An Inngest-compatible server for development. Send an event or invoke a function, wait with poll_run_status, look at ' +
  'steps with get_run_status, and ask why_is_it_waiting of what does not go on.';

/** One message, or a batch of them, from an agent, and where the answer goes. */
export interface Exchange {
  /** The body of the request, parsed. */
  message: unknown;
  /** The header `MCP-Protocol-Version`. */
  protocolVersion: string | undefined;
  /** Whether the answer is one JSON document; a stream of events otherwise. */
  isJson: boolean;
  /** Aborted when nobody reads the answer any more. */
  signal: AbortSignal;
}

/** Answers the messages of agents with the SDK of the Model Context Protocol. */
export interface McpAnswers {
  answer(exchange: Exchange): Promise<Response>;
}

/**
 * Loads the SDK. This file is the only one that knows it, and loads it when it is called: the server starts, and the
 * package of this project is installed, without it.
 *
 * Every request is answered by a server of its own, without a session: there is nothing to remember between two calls, so
 * nothing survives a log out, or fills up with agents that have gone.
 *
 * @throws MissingPackageError when the SDK is not installed
 */
export function loadMcp(tools: ToolCalls): Promise<McpAnswers> {
  return optionalPackage(PACKAGE, 'The endpoint /mcp', async () => {
    const [{ McpServer }, { WebStandardStreamableHTTPServerTransport }, types, { AjvJsonSchemaValidator }] =
      await Promise.all([
        import('@modelcontextprotocol/sdk/server/mcp.js'),
        import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
        import('@modelcontextprotocol/sdk/types.js'),
        import('@modelcontextprotocol/sdk/validation/ajv'),
      ]);
    const check = argumentsCheck(new AjvJsonSchemaValidator());

    const createServer = (): InstanceType<typeof McpServer> => {
      const server = new McpServer(
        { name: 'inngest-embedded', title: 'Embedded Inngest', version: '1.0.0' },
        { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
      );
      server.server.setRequestHandler(types.ListToolsRequestSchema, () => ({
        tools: tools.list().map(described),
      }));
      server.server.setRequestHandler(types.CallToolRequestSchema, ({ params }, { signal }) =>
        tools.call(params.name, params.arguments ?? {}, check, signal),
      );
      return server;
    };

    return {
      async answer({ message, protocolVersion, isJson, signal }) {
        const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: isJson });
        const server = createServer();
        await server.connect(transport);
        // Aborts the tools that are being called, too.
        if (signal.aborted) await server.close();
        else signal.addEventListener('abort', () => void server.close(), { once: true });
        return await transport.handleRequest(requestWith(protocolVersion), { parsedBody: message });
      },
    };
  });
}

/** What the transport reads of a request. The guards of this server have looked at the rest. */
function requestWith(protocolVersion: string | undefined): Request {
  return new Request('http://localhost/mcp', {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...(protocolVersion !== undefined && { 'mcp-protocol-version': protocolVersion }),
    },
  });
}

function described({ name, title, description, inputSchema, isReadOnly }: Tool) {
  const annotations = {
    readOnlyHint: isReadOnly,
    destructiveHint: name === 'cancel_run',
    openWorldHint: false,
  };
  return { name, title, description, inputSchema, annotations };
}

type Validator = (args: unknown) => { valid: boolean; errorMessage?: string | undefined };

/** Each schema is compiled once. */
function argumentsCheck(validators: { getValidator(schema: object): Validator }) {
  const compiled = new Map<string, Validator>();
  return ({ name, inputSchema }: Tool, args: Arguments): string | undefined => {
    const validate = compiled.get(name) ?? validators.getValidator(inputSchema);
    compiled.set(name, validate);
    const { valid, errorMessage } = validate(args);
    return valid
      ? undefined
      : `Wrong arguments: ${errorMessage?.replaceAll(/\bdata(?=[ /])/g, 'arguments') ?? ''}`;
  };
}
