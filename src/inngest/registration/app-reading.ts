import { deploymentIn, isDeployment } from '../../common/deployment.js';
import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import type { Answer } from './inngest-request.js';

/** An app as Inngest has it. */
export interface KnownApp {
  readonly kind: 'known';
  readonly functionCount: number;
  /** The deployment that registered it; undefined if its version names none. */
  readonly deployment: number | undefined;
  /** Whether the server itself refuses registrations of older deployments, as the embedded one does. */
  readonly keepsNewer: boolean;
}

/** `unclear`: the server does not report it, for example because it does not have this part of the API. */
export type AppReading = KnownApp | { readonly kind: 'unknown' } | { readonly kind: 'unclear' };

/** Sends a request to Inngest's API, by its path. Rejects if nothing answers. */
export type Get = (path: string) => Promise<Answer>;

const UNCLEAR: AppReading = { kind: 'unclear' };

/** Inngest Cloud serves version 2 of the API at another path than other servers (read in its source). */
const CLOUD = 'api.inngest.com';

/**
 * Reads the app from version 2 of the API, which returns its version and the number of its functions (recorded on
 * Inngest 1.43: `GET /api/v2/apps/{id}`).
 *
 * @param apiUrl the URL of the API
 */
export async function readApp(get: Get, apiUrl: string, appId: string): Promise<AppReading> {
  const base = new URL(apiUrl).hostname === CLOUD ? '/v2' : '/api/v2';
  const { status, text } = await get(`${base}/apps/${encodeURIComponent(appId)}`);
  const body = parseJson(text);
  if (!isRecord(body)) return UNCLEAR;
  const { data, errors } = body;
  if (status === 200 && isRecord(data) && typeof data['id'] === 'string') {
    const { functionCount, appVersion, deployment } = data;
    return {
      kind: 'known',
      // The server omits a 0.
      functionCount: typeof functionCount === 'number' ? functionCount : 0,
      deployment: typeof appVersion === 'string' ? deploymentIn(appVersion) : undefined,
      keepsNewer: isDeployment(deployment),
    };
  }
  const isUnknown =
    status === 404 &&
    Array.isArray(errors) &&
    errors.some((error) => isRecord(error) && error['code'] === 'not_found');
  return isUnknown ? { kind: 'unknown' } : UNCLEAR;
}

/**
 * Reads the number of the app's functions from version 1 of the API, for servers without this part of version 2. It
 * does not contain the deployment, and reports an unknown app as one without functions (read in the server's source).
 */
export async function readAppV1(get: Get, appId: string): Promise<AppReading> {
  const { status, text } = await get(`/v1/apps/${encodeURIComponent(appId)}/functions`);
  const functions = status === 200 ? parseJson(text) : undefined;
  if (functions !== null && !Array.isArray(functions)) return UNCLEAR;
  return {
    kind: 'known',
    functionCount: functions?.length ?? 0,
    deployment: undefined,
    keepsNewer: false,
  };
}
