import { HttpException } from '@nestjs/common';

/** An error as the v2 API answers it. */
export class V2Exception extends HttpException {
  constructor(status: number, code: string, message: string) {
    super({ errors: [{ code, message }] }, status);
  }
}
