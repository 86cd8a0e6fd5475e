import { Controller, Get, Post, Put, Req, Res, VERSION_NEUTRAL } from '@nestjs/common';
import type { Request, Response } from 'express';
import { INNGEST_PATH } from '../definition/inngest.constants.js';
import { InngestEndpoint } from './inngest-endpoint.js';

/**
 * {@link INNGEST_PATH} in Nest's route table, for the list of routes at start, Devtools and OpenAPI. Requests are
 * answered by {@link InngestEndpoint} before they get this far, except those that middleware of the host application
 * redirected here from another URL.
 */
@Controller({ path: INNGEST_PATH, version: VERSION_NEUTRAL })
export class InngestController {
  constructor(private readonly endpoint: InngestEndpoint) {}

  /** Tells Inngest about this app: how many functions, which mode. */
  @Get()
  inspect(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.endpoint.handle(request, response);
  }

  /** Runs a function, or one step of it. */
  @Post()
  call(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.endpoint.handle(request, response);
  }

  /** Registers this app's functions with Inngest. */
  @Put()
  sync(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.endpoint.handle(request, response);
  }
}
