import { HttpException } from '@nestjs/common';
import { isRecord } from '../../common/is-record.js';
import { TooCostlyError } from '../expressions/index.js';
import { InvalidEventError } from '../intake/incoming-event.js';
import { StoreUnavailableError } from '../store/database.js';
import { ToolError } from './tool.js';

/** Errors that say what is wrong with a request, or with the data file. All others are faults of this server. */
const TOLD = [ToolError, InvalidEventError, TooCostlyError, StoreUnavailableError];

/** What an agent is told of an error; undefined when it is a fault of this server, which belongs into its log. */
export function messageOf(error: unknown): string | undefined {
  if (error instanceof HttpException) return messageOfHttp(error);
  return TOLD.some((type) => error instanceof type) ? (error as Error).message : undefined;
}

function messageOfHttp(error: HttpException): string {
  const body = error.getResponse();
  const [first] = isRecord(body) && Array.isArray(body['errors']) ? (body['errors'] as unknown[]) : [];
  const message = isRecord(first) ? first['message'] : undefined;
  return typeof message === 'string' ? message : error.message;
}
