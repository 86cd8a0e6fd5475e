import {
  BadRequestException,
  Controller,
  Delete,
  ForbiddenException,
  HttpCode,
  HttpException,
  HttpStatus,
  Post,
  Req,
  Res,
  UnauthorizedException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { Clock } from '../../clock/index.js';
import { isRecord } from '../../common/is-record.js';
import { WrongTries } from '../../guards/index.js';
import { AllowedFor } from '../access/access.guard.js';
import { pageOrigin } from '../access/page-origin.js';
import { Sessions } from '../access/sessions.js';
import { Takes } from '../api/shared/known-parameters.js';
import { PatientStore } from '../faults/patient-store.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';

/** How many wrong secrets an IP address may try. */
const WRONG_TRIES = { most: 10, withinMs: 60_000 };

/** Logs people in to the dashboard and out. */
@Controller('dashboard/session')
export class SessionController {
  private readonly wrongTries: WrongTries;

  constructor(
    private readonly sessions: Sessions,
    private readonly options: EmbeddedOptions,
    private readonly store: PatientStore,
    clock: Clock,
  ) {
    this.wrongTries = new WrongTries(clock, WRONG_TRIES);
  }

  /**
   * Logs in with `{"secret": "…"}`: the signing key, or the dashboard's password. After ten wrong secrets of an IP address
   * within a minute, it refuses every secret of that address.
   *
   * @throws BadRequestException, ForbiddenException, UnauthorizedException, HttpException 429
   */
  @Post()
  @HttpCode(HttpStatus.NO_CONTENT)
  @Takes({ body: ['secret'] })
  begin(@Req() request: Request, @Res({ passthrough: true }) response: Response): void {
    if (!this.sessions.areRequired)
      throw new BadRequestException('This server has no signing key, so the dashboard needs no login.');
    const { body, headers, socket } = request as Request & { body: unknown };
    const own = pageOrigin(this.options, headers.host);
    if (headers.origin !== undefined && headers.origin !== own)
      throw new ForbiddenException(
        `Log in at ${own}. Behind a proxy, set DASHBOARD_ORIGIN to the address that people open.`,
      );
    const secret = isRecord(body) ? body['secret'] : undefined;
    if (typeof secret !== 'string') throw new BadRequestException('"secret" must be a string.');
    const address = socket.remoteAddress ?? '';
    this.assertMayTry(address, response);
    if (!this.sessions.isSecret(secret)) {
      this.wrongTries.add(address);
      throw new UnauthorizedException(
        'Wrong secret: it is neither the signing key nor the password of the dashboard.',
      );
    }
    response.setHeader('set-cookie', this.sessions.begin());
  }

  /**
   * Logs out, in all windows that use this session. It answers when the logout is stored, so that a restart does not undo
   * it.
   *
   * @throws StoreUnavailableError when the logout could not be stored; then only this process remembers it
   */
  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @AllowedFor('users')
  async end(@Req() { headers }: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    response.setHeader('set-cookie', this.sessions.end(this.sessions.of(headers.cookie)));
    await this.store.forRequest(() => this.sessions.keepEnds());
  }

  private assertMayTry(address: string, response: Response): void {
    const waitMs = this.wrongTries.waitMs(address);
    if (waitMs <= 0) return;
    const seconds = Math.ceil(waitMs / 1_000);
    response.setHeader('retry-after', seconds);
    throw new HttpException(`Too many wrong tries. Try again in ${seconds} s.`, HttpStatus.TOO_MANY_REQUESTS);
  }
}
