import { resolve } from 'node:path';
import { BenchProcess } from './processes/bench-process.js';

const COMMAND = resolve('dist/command/main.js');
const WORKER = resolve('dist/main.js');

/**
 * Starts the command, which runs the embedded server alone, with its state on disk in `folder`.
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
 * Starts the worker and the embedded server in one process, with all optional features. The address is that of the server.
 *
 * @param variables more environment variables
 */
export function startWorker(folder: string, variables: Record<string, string> = {}): Promise<BenchProcess> {
  return BenchProcess.program(WORKER, {
    // The same option as in `npm start`.
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
