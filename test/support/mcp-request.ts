// Starts a server, prints that it is ready, sends a request to /mcp, and prints the answer.
import { EmbeddedInngest } from '../../src/embedded/index.js';

const server = await EmbeddedInngest.start({ port: 0, logger: false });
process.stdout.write('started\n');
const answer = await fetch(`${server.url}/mcp`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
});
process.stdout.write(`${answer.status} ${await answer.text()}\n`);
await server.close();
