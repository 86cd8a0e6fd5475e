import { deploymentIn, isDeployment } from '../../common/deployment.js';
import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import type { Answer } from './inngest-request.js';

/** What Inngest knows of an app. */
export interface KnownApp {
  readonly kind: 'known';
  readonly functionCount: number;
  /** Which deployment registered it; undefined when its version names none. */
  readonly deployment: number | undefined;
  /** Whether the server itself keeps the registration of a newer deployment, as the embedded one does. */
  readonly keepsNewer: boolean;
}

/** `unclear`: the server does not say, as one that lacks this part of the API. */
export type AppReading = KnownApp | { readonly kind: 'unknown' } | { readonly kind: 'unclear' };

/** One request to Inngest's API, by its path. Rejects when nobody answers. */
export type Get = (path: string) => Promise<Answer>;

const UNCLEAR: AppReading = { kind: 'unclear' };

/** Inngest Cloud has version 2 of the API at another path than servers that one runs (read in its source). */
const CLOUD = 'api.inngest.com';

/**
 * Reads the app from version 2 of the API, which tells its version and how many functions it has (recorded on
 * Inngest 1.43: `GET /api/v2/apps/{id}`).
 *
 * @param apiUrl where the API is
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
      // The server leaves a 0 out.
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
 * Reads how many functions the app has from version 1 of the API, for servers that lack the part of version 2. It tells
 * no deployment, and answers an unknown app as one without functions (read in the server's source).
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
