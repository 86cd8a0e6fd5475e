import { isRecord } from '../../common/is-record.js';
import { isHttpUrl } from '../functions/app-function.js';
import { respelled } from '../protocol/spelling.js';
import { unstorable } from '../protocol/storable-text.js';
import { InvalidRegistrationError } from './invalid-registration.error.js';

/** A parsed registration of an app. */
export interface RegisterRequest {
  appName: string;
  url: string;
  sdk: string;
  framework: string;
  appVersion?: string;
  functions: Record<string, unknown>[];
}

const APP_FIELDS = ['appName', 'appVersion', 'url', 'sdk', 'framework', 'functions'];
const FUNCTION_FIELDS = ['id', 'name'];

/**
 * Parses a registration.
 *
 * @param isConnected whether it comes over a connection; then this server has made its URL
 * @throws InvalidRegistrationError
 */
export function parseRegistration(body: unknown, isConnected: boolean): RegisterRequest {
  const request = isRecord(body) ? respelled(body, APP_FIELDS) : {};
  const { appName, url, sdk, framework, appVersion, functions } = request;
  if (typeof appName !== 'string' || appName === '') throw new InvalidRegistrationError('App ID required');
  for (const field of ['appName', 'appVersion', 'sdk', 'framework', 'url']) {
    const problem = unstorable(request[field]);
    if (problem !== undefined)
      throw new InvalidRegistrationError(`"${field}" ${problem}: ${JSON.stringify(request[field])}`);
  }
  if (typeof url !== 'string' || !URL.canParse(url)) throw new InvalidRegistrationError('App URL required');
  if (!isConnected && !isHttpUrl(url))
    throw new InvalidRegistrationError(`App URL "${url}" is not an http(s) URL`);
  if (!Array.isArray(functions) || !functions.every(isRecord)) {
    throw new InvalidRegistrationError('"functions" must be an array of functions');
  }
  return {
    appName,
    url,
    sdk: typeof sdk === 'string' && sdk !== '' ? sdk : 'unknown',
    framework: typeof framework === 'string' && framework !== '' ? framework : 'unknown',
    ...(typeof appVersion === 'string' && appVersion !== '' && { appVersion }),
    functions: functions.map((fn) => respelled(fn, FUNCTION_FIELDS)),
  };
}
