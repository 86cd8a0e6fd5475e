import { Body, Controller, Logger, Post, Put, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import { InvalidRegistrationError } from '../registration/invalid-registration.error.js';
import { Registration } from '../registration/registration.js';
import { Takes } from './shared/known-parameters.js';
import { SigningKeyGuard } from '../access/signing-key.guard.js';

/** Where apps register their functions. */
@Controller('fn')
@UseGuards(SigningKeyGuard)
// The registration checks its body itself.
@Takes({ query: ['deployId'], body: 'anything' })
export class RegistrationController {
  private readonly logger = new Logger('Inngest');

  constructor(private readonly registration: Registration) {}

  @Post('register')
  async register(@Body() body: unknown, @Res({ passthrough: true }) response: Response): Promise<object> {
    try {
      const { appId, syncId, modified } = await this.registration.register(body);
      response.status(200);
      return { ok: true, modified, sync_id: syncId, app_id: appId };
    } catch (error) {
      if (!(error instanceof InvalidRegistrationError)) throw error;
      this.logger.error(`Registration refused. ${error.message}`);
      response.status(400);
      return { error: error.message, data: null, status: 400 };
    }
  }

  @Put('register')
  registerAgain(@Body() body: unknown, @Res({ passthrough: true }) response: Response): Promise<object> {
    return this.register(body, response);
  }
}
