import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/**
 * Express middleware: a body that is not JSON is 415, rather than a request that seems to have none.
 *
 * @param except paths below which bodies may be of any type
 */
export function jsonOnly(except: readonly string[]) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const isFree = except.some((path) => request.path === path || request.path.startsWith(`${path}/`));
    const isEmpty = request.headers['content-length'] === '0';
    // `is` answers null when there is no body.
    const isOther = !isFree && !isEmpty && request.is(['json', '+json']) === false;
    next(
      isOther
        ? new UnsupportedMediaTypeException('Send JSON, with the header content-type: application/json.')
        : undefined,
    );
  };
}
