import { DEMO_TASK } from '../../demo-task/index.js';
import { INNGEST_PATH } from '../../inngest/index.js';
import { EnvironmentError } from './environment.js';
import type { TargetAddress } from './target-address.js';
import { TargetApi } from './target-api.js';

/** Names of the local machine; containers use the last two for their host. */
const THIS_MACHINE = [
  'localhost',
  '127.0.0.1',
  '[::1]',
  '0.0.0.0',
  'host.docker.internal',
  'host.containers.internal',
];

/**
 * @param appId absent: the app that is served at `workerUrl`
 * @returns the app's id
 * @throws EnvironmentError if the target does not have the app's demo task
 */
export async function assertRegistered(
  target: TargetAddress,
  appId: string | undefined,
  workerUrl: string,
): Promise<string> {
  const api = new TargetApi(target);
  const apps = await api.apps();
  const id = appId ?? apps.find(({ url }) => url !== undefined && isServedAt(url, workerUrl))?.id;
  const fix = `Start it with INNGEST_URL=${target.url}, or name its app with --app.`;
  if (id === undefined) {
    const known = apps.map((app) => (app.url === undefined ? app.id : `${app.id} at ${app.url}`));
    throw new EnvironmentError(
      `The worker at ${workerUrl} is not registered with the Inngest at ${target.url}, which knows ` +
        `${known.length === 0 ? 'no app' : known.join(', ')}. ${fix}`,
    );
  }
  if (!(await api.functions(id)).includes(DEMO_TASK)) {
    throw new EnvironmentError(
      `The Inngest at ${target.url} knows no ${DEMO_TASK} of the app "${id}". ${fix}`,
    );
  }
  return id;
}

/** Whether the address of an app, as Inngest reports it, is that of the worker. */
export function isServedAt(appUrl: string, workerUrl: string): boolean {
  if (!URL.canParse(appUrl)) return false;
  const [app, worker] = [new URL(appUrl), new URL(INNGEST_PATH, workerUrl)];
  return (
    machineOf(app) === machineOf(worker) &&
    app.port === worker.port &&
    app.pathname.replace(/\/$/, '') === worker.pathname
  );
}

function machineOf({ hostname }: URL): string {
  return THIS_MACHINE.includes(hostname) ? 'this machine' : hostname;
}
