import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** The output of a process that starts a server and requests /mcp. @param more modules for `node --import` */
async function askMcp(...more: string[]): Promise<string[]> {
  const imports = ['@swc-node/register/esm-register', ...more].flatMap((module) => ['--import', module]);
  const { stdout } = await exec(process.execPath, [...imports, 'test/support/mcp-request.ts']);
  return stdout.trim().split('\n');
}

describe('Without the SDK of the Model Context Protocol', () => {
  it('the server starts, and /mcp answers which package to install', async () => {
    const [started, ...rest] = await askMcp('./test/support/without-mcp-sdk.mjs');

    expect(started).toBe('started');
    expect(rest[0]).toContain('asked for @modelcontextprotocol/sdk/');
    expect(rest.at(-1)).toMatch(/^501 /);
    expect(rest.at(-1)).toContain('npm install @modelcontextprotocol/sdk');
  });

  it('and with the SDK, /mcp answers', async () => {
    const [, answer] = await askMcp();

    expect(answer).toMatch(/^200 .*send_event/);
  });
});
