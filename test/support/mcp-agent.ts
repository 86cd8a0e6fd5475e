import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** What a tool answered. */
export interface ToolAnswer<T> {
  isError: boolean;
  text: string;
  data: T;
}

/** An agent that uses the tools of a server, with the client of the Model Context Protocol's own SDK. */
export class McpAgent {
  private constructor(readonly client: Client) {}

  /** @param url of the server, without the path */
  static async connect(url: string, headers: Record<string, string> = {}): Promise<McpAgent> {
    const client = new Client({ name: 'test', version: '1.0.0' });
    const transport = new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } });
    await client.connect(transport);
    return new McpAgent(client);
  }

  async toolNames(): Promise<string[]> {
    return (await this.client.listTools()).tools.map(({ name }) => name);
  }

  /** Calls a tool, whatever comes of it. */
  async try<T = unknown>(name: string, args: Record<string, unknown> = {}): Promise<ToolAnswer<T>> {
    const { content, structuredContent, isError } = await this.client.callTool({ name, arguments: args });
    const [first] = content as { text: string }[];
    return { isError: isError === true, text: first?.text ?? '', data: structuredContent as T };
  }

  /** Calls a tool that must do what it is called for. */
  async call<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
    const { isError, text, data } = await this.try<T>(name, args);
    if (isError) throw new Error(`${name}: ${text}`);
    return data;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
