import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import { EnvironmentError } from './environment.js';
import type { TargetAddress } from './target-address.js';

/** How long the worker may take to answer, in milliseconds. Before it answers, it checks its own Inngest. */
const TIMEOUT_MS = 5_000;

/**
 * Checks the readiness of a worker.
 *
 * @throws EnvironmentError if nothing answers, if it is not a worker of this project, or if it is not ready for tasks
 */
export async function assertReady(url: string, target: TargetAddress): Promise<void> {
  const ready = await ask(new URL('/health/ready', url), url);
  const details = isRecord(ready.body) && isRecord(ready.body['details']) ? ready.body['details'] : {};
  const [inngest, functions] = [details['inngest'], details['functions']];
  if (!isRecord(inngest) || !isRecord(functions)) {
    throw new EnvironmentError(
      `What answers at ${url} is not the worker: its /health/ready says ${ready.status} and nothing of Inngest.`,
    );
  }
  const down = [inngest, functions].find(({ status }) => status !== 'up');
  if (down === undefined) return;
  const uses = typeof inngest['url'] === 'string' ? inngest['url'] : 'Inngest Cloud';
  const why = typeof down['message'] === 'string' ? down['message'] : 'it does not say why';
  throw new EnvironmentError(
    `The worker at ${url} is not ready: it uses the Inngest at ${uses}. ${why} ` +
      `To have it use this one, start it with INNGEST_URL=${target.url}.`,
  );
}

async function ask(ready: URL, url: string): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(ready, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch (cause) {
    throw new EnvironmentError(`Worker not reachable at ${url}. Start it: npm start`, { cause });
  }
}
