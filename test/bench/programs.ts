import { resolve } from 'node:path';
import { BenchProcess } from './processes/bench-process.js';

const COMMAND = resolve('dist/command/main.js');
const WORKER = resolve('dist/main.js');

/**
 * The command that runs the embedded server alone, with its state on disk in the folder.
 *
 * @param node options for Node itself
 */
export function startCommand(folder: string, node: readonly string[] = []): Promise<BenchProcess> {
  return BenchProcess.program(COMMAND, {
    node,
    args: ['--port', '0', '--no-discovery', '--no-poll', '--persist'],
    cwd: folder,
    ready: /Server\s+(http:\S+)/,
  });
}

/**
 * The worker and the embedded server in one process, with everything on. Its address is that of the server.
 *
 * @param variables more of its environment
 */
export function startWorker(folder: string, variables: Record<string, string> = {}): Promise<BenchProcess> {
  return BenchProcess.program(WORKER, {
    // As `npm start` runs it.
    node: ['--enable-source-maps'],
    cwd: folder,
    env: {
      PORT: '0',
      INNGEST_EMBEDDED_PORT: '0',
      METRICS_PORT: '0',
      GRAPHQL: 'true',
      API_TOKENS: 'a-token-of-the-bench-with-32-characters',
      ...variables,
    },
    ready: /Inngest\s+(http:\S+) \(embedded/,
  });
}
