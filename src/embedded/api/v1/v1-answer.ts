import { isUlid } from '../../store/ids.js';

/** An error of the v1 API. Measured on Inngest 1.43: it comes as HTTP 200, with the status in the body. */
export interface V1Error {
  error: string;
  data: null;
  status: number;
}

export function v1Error(status: number, error: string): V1Error {
  return { error, data: null, status };
}

/** @returns the error for an id that is not a ULID, or undefined */
export function malformed(kind: 'event' | 'run', id: string): V1Error | undefined {
  return isUlid(id) ? undefined : v1Error(400, `Invalid ${kind} ID: ${id}`);
}

export const NO_ENVIRONMENT = '00000000-0000-0000-0000-000000000000';
