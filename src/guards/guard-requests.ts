import type { HttpException } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { refusalOf, type GuardRules } from './refusal.js';

/**
 * Express middleware that passes only requests for which {@link refusalOf} returns no reason.
 *
 * @param refused creates the error of a refusal, in the server's own format
 */
export function guardRequests(rules: GuardRules, refused: (reason: string) => HttpException): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const reason = refusalOf(request, rules);
    next(reason === undefined ? undefined : refused(reason));
  };
}
