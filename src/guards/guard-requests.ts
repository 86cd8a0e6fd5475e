import type { HttpException } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { refusalOf, type GuardRules } from './refusal.js';

/**
 * Express middleware that lets only those requests pass that {@link refusalOf} has nothing against.
 *
 * @param refused makes the error of a refusal, in the form in which the server words its errors
 */
export function guardRequests(rules: GuardRules, refused: (reason: string) => HttpException): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const reason = refusalOf(request, rules);
    next(reason === undefined ? undefined : refused(reason));
  };
}
