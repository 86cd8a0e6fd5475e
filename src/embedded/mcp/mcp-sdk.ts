import { optionalPackage } from '../../common/optional-package.js';
import type { Arguments, Tool } from './tool.js';
import type { ToolCalls } from './tool-calls.js';

const PACKAGE = '@modelcontextprotocol/sdk';

/** The instructions that agents get when they connect. */
const INSTRUCTIONS =
  'An Inngest-compatible server for development. Send an event or invoke a function, wait with poll_run_status, read the ' +
  'steps with get_run_status, and call why_is_it_waiting for a run or an event that does not go on.';

/** A request of an agent: one message or a batch of messages. */
export interface Exchange {
  /** The body of the request, parsed. */
  message: unknown;
  /** The header `MCP-Protocol-Version`. */
  protocolVersion: string | undefined;
  /** Whether the answer is one JSON document. Otherwise it is a stream of events. */
  isJson: boolean;
  /** Aborted when the agent has closed the connection. */
  signal: AbortSignal;
}

/** Answers the messages of agents with the SDK of the Model Context Protocol. */
export interface McpAnswers {
  answer(exchange: Exchange): Promise<Response>;
}

/**
 * Loads the SDK. Only this file uses it, and loads it on demand, because the server must start and this project's package
 * must install without it.
 *
 * A new MCP server without a session answers each request. There is no state between two calls, so nothing outlives a
 * logout, and agents that have gone leave nothing in memory.
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
        // Closing the server also aborts the tools that are running.
        if (signal.aborted) await server.close();
        else signal.addEventListener('abort', () => void server.close(), { once: true });
        return await transport.handleRequest(requestWith(protocolVersion), { parsedBody: message });
      },
    };
  });
}

/** A request with the headers that the transport reads. The guards of this server have checked the others. */
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

/** Checks arguments against the schema of their tool. Each schema is compiled once. */
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
