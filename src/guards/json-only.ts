import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/**
 * Express middleware that answers 415 to a body that is not JSON. Without it the body parser would ignore the body, as
 * if the request had none.
 *
 * @param except paths, or the beginnings of paths, whose bodies may have any type
 */
export function jsonOnly(except: readonly string[] = []) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const isExcepted = except.some((path) => request.path === path || request.path.startsWith(`${path}/`));
    const isEmpty = request.headers['content-length'] === '0';
    // `is` returns null if there is no body.
    const isRefused = !isExcepted && !isEmpty && request.is(['json', '+json']) === false;
    next(
      isRefused
        ? new UnsupportedMediaTypeException('Send JSON, with the header content-type: application/json.')
        : undefined,
    );
  };
}
