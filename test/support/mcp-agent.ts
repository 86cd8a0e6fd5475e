import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** The result of a tool call. */
export interface ToolAnswer<T> {
  isError: boolean;
  text: string;
  data: T;
}

/** An agent that calls the tools of a server, with the client of the official MCP SDK. */
export class McpAgent {
  private constructor(readonly client: Client) {}

  /** @param url the URL of the server, without a path */
  static async connect(url: string, headers: Record<string, string> = {}): Promise<McpAgent> {
    const client = new Client({ name: 'test', version: '1.0.0' });
    const transport = new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } });
    await client.connect(transport);
    return new McpAgent(client);
  }

  async toolNames(): Promise<string[]> {
    return (await this.client.listTools()).tools.map(({ name }) => name);
  }

  /** Calls a tool. Returns errors of the tool as a result. */
  async try<T = unknown>(name: string, args: Record<string, unknown> = {}): Promise<ToolAnswer<T>> {
    const { content, structuredContent, isError } = await this.client.callTool({ name, arguments: args });
    const [first] = content as { text: string }[];
    return { isError: isError === true, text: first?.text ?? '', data: structuredContent as T };
  }

  /** Calls a tool that must succeed. @throws Error with the text of the tool's error */
  async call<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
    const { isError, text, data } = await this.try<T>(name, args);
    if (isError) throw new Error(`${name}: ${text}`);
    return data;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
