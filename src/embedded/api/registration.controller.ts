import { Body, Controller, Logger, Post, Put, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { oneLine } from '../../common/printable.js';
import { AddressRefusedError } from '../registration/address-refused.error.js';
import { InvalidRegistrationError } from '../registration/invalid-registration.error.js';
import { Registration } from '../registration/registration.js';
import { Takes } from './shared/known-parameters.js';
import { AllowedFor } from '../access/access.guard.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';

/** Apps register their functions here. */
@Controller('fn')
@AllowedFor('apps')
// The registration checks its body itself.
@Takes({ query: ['deployId'], body: 'anything' })
export class RegistrationController {
  private readonly logger = new Logger('Inngest');

  constructor(
    private readonly registration: Registration,
    private readonly options: EmbeddedOptions,
  ) {}

  @Post('register')
  async register(
    @Body() body: unknown,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    try {
      const { appId, syncId, modified, newerDeployment } = await this.registration.register(body, {
        kind: 'request',
        // With a signing key, the guard has refused requests that do not show it.
        isSigned: this.options.signingKey !== undefined,
        from: request.socket.remoteAddress,
      });
      response.status(200);
      return { ok: true, modified, sync_id: syncId, app_id: appId, newerDeployment };
    } catch (error) {
      if (!(error instanceof InvalidRegistrationError)) throw error;
      this.logger.error(`Refused a registration. ${oneLine(error.message)}`);
      const status = error instanceof AddressRefusedError ? 403 : 400;
      response.status(status);
      return { error: error.message, data: null, status };
    }
  }

  @Put('register')
  registerAgain(
    @Body() body: unknown,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return this.register(body, request, response);
  }
}
