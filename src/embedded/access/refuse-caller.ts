import { HttpException, HttpStatus, UnauthorizedException } from '@nestjs/common';
import type { Request } from 'express';
import { tooManyWrongKeys } from '../../guards/index.js';

/**
 * Refuses a request without a right key, or a login.
 *
 * @param waitS how many seconds its address has to wait; 0 when it need not
 * @throws UnauthorizedException, HttpException 429
 */
export function refuseCaller({ res: response }: Request, waitS: number): never {
  if (waitS <= 0) throw new UnauthorizedException('Authentication failed');
  response?.setHeader('retry-after', waitS);
  throw new HttpException(tooManyWrongKeys(waitS), HttpStatus.TOO_MANY_REQUESTS);
}
