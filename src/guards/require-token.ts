import { UnauthorizedException } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { CHALLENGE, NO_TOKEN, type BearerTokens } from './bearer-tokens.js';

/**
 * Express middleware that answers 401 to requests without one of the tokens, also for unknown routes.
 *
 * @param isOpen whether a path needs no token
 */
export function requireToken(tokens: BearerTokens, isOpen: (path: string) => boolean): RequestHandler {
  return ({ path, headers }: Request, response: Response, next: NextFunction): void => {
    if (isOpen(path) || tokens.authorize(headers.authorization)) {
      next();
      return;
    }
    response.setHeader('www-authenticate', CHALLENGE);
    next(new UnauthorizedException(NO_TOKEN));
  };
}
