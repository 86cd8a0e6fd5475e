import { Injectable } from '@nestjs/common';
import { Clock, SystemClock } from '../../clock/index.js';
import { LATEST_TIME } from '../../common/iso-time.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';

/**
 * Moments that come from apps and clients. Their clocks show the wall's time, whatever this server's clock shows, unless
 * they are in its process and share its clock. On the wall's clock nothing is changed.
 */
@Injectable()
export class AppTime {
  private readonly wall = new SystemClock();

  constructor(
    private readonly clock: Clock,
    private readonly options: EmbeddedOptions,
  ) {}

  /** By how much this server's clock is ahead of theirs now, in milliseconds; below 0 when it is behind. */
  get difference(): number {
    const isShared = !this.clock.isVirtual || this.options.appsShareClock !== false;
    return isShared ? 0 : this.clock.now() - this.wall.now();
  }

  /**
   * A moment that has just arrived, on this server's clock.
   *
   * @param moment in milliseconds since 1970, on the sender's clock
   */
  arrived(moment: number): number {
    return Math.max(-LATEST_TIME, Math.min(LATEST_TIME, moment + this.difference));
  }
}
