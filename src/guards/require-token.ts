import { HttpException, HttpStatus, UnauthorizedException } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { CHALLENGE, NO_TOKEN, type BearerTokens } from './bearer-tokens.js';
import { tooManyWrongKeys, type WrongKeys } from './wrong-keys.js';

/**
 * Express middleware that answers 401 to requests without one of the tokens, also for unknown routes, and 429 to an IP
 * address that has sent many wrong ones.
 *
 * @param isOpen whether a path needs no token
 */
export function requireToken(
  tokens: BearerTokens,
  isOpen: (path: string) => boolean,
  wrongKeys: WrongKeys,
): RequestHandler {
  return ({ path, headers, socket }: Request, response: Response, next: NextFunction): void => {
    if (!tokens.areRequired || isOpen(path)) {
      next();
      return;
    }
    const { authorization } = headers;
    const isRight = tokens.authorize(authorization);
    const waitS = authorization === undefined ? 0 : wrongKeys.note(isRight, socket.remoteAddress ?? '');
    if (isRight) next();
    else if (waitS > 0) {
      response.setHeader('retry-after', waitS);
      next(new HttpException(tooManyWrongKeys(waitS), HttpStatus.TOO_MANY_REQUESTS));
    } else {
      response.setHeader('www-authenticate', CHALLENGE);
      next(new UnauthorizedException(NO_TOKEN));
    }
  };
}
