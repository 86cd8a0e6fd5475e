import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/** Express middleware: a body that is not JSON is 415, rather than a request that seems to have no fields. */
export function jsonOnly(request: Request, _response: Response, next: NextFunction): void {
  // `is` answers null when there is no body.
  const isOther = request.is(['json', '+json']) === false;
  next(
    isOther
      ? new UnsupportedMediaTypeException('Send JSON, with the header content-type: application/json.')
      : undefined,
  );
}
