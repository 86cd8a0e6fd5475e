import { Injectable } from '@nestjs/common';
import { Clock, SystemClock } from '../../clock/index.js';
import { LATEST_TIME } from '../../common/iso-time.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';

/**
 * Converts times that apps and clients send. Their clocks show real time even if this server has a virtual clock, unless
 * they run in its process and share its clock. With a real clock, nothing is converted.
 */
@Injectable()
export class AppTime {
  private readonly wall = new SystemClock();

  constructor(
    private readonly clock: Clock,
    private readonly options: EmbeddedOptions,
  ) {}

  /** By how many milliseconds this server's clock is ahead of the apps' clocks now; negative when it is behind. */
  get difference(): number {
    const isShared = !this.clock.isVirtual || this.options.appsShareClock !== false;
    return isShared ? 0 : this.clock.now() - this.wall.now();
  }

  /**
   * Converts a time that an app or a client has just sent.
   *
   * @param moment milliseconds since 1970, on the sender's clock
   * @returns milliseconds since 1970, on this server's clock
   */
  arrived(moment: number): number {
    return Math.max(-LATEST_TIME, Math.min(LATEST_TIME, moment + this.difference));
  }
}
