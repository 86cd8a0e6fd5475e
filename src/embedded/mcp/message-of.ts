import { HttpException } from '@nestjs/common';
import { isRecord } from '../../common/is-record.js';
import { TooCostlyError } from '../expressions/index.js';
import { InvalidEventError } from '../intake/incoming-event.js';
import { StoreUnavailableError } from '../store/database.js';
import { ToolError } from './tool.js';

/** Errors whose message is for the agent: about its request, or about the data file. All others are faults of this server. */
const FOR_AGENTS = [ToolError, InvalidEventError, TooCostlyError, StoreUnavailableError];

/** The message for the agent; undefined if the error is a fault of this server, which belongs in the log. */
export function messageOf(error: unknown): string | undefined {
  if (error instanceof HttpException) return messageOfHttp(error);
  return FOR_AGENTS.some((type) => error instanceof type) ? (error as Error).message : undefined;
}

function messageOfHttp(error: HttpException): string {
  const body = error.getResponse();
  const [first] = isRecord(body) && Array.isArray(body['errors']) ? (body['errors'] as unknown[]) : [];
  const message = isRecord(first) ? first['message'] : undefined;
  return typeof message === 'string' ? message : error.message;
}
