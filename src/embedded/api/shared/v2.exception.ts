import { HttpException } from '@nestjs/common';

/** An error in the form of the v2 API. */
export class V2Exception extends HttpException {
  constructor(status: number, code: string, message: string) {
    super({ errors: [{ code, message }] }, status);
  }
}
