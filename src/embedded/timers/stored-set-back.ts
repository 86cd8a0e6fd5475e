import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock, type Release } from '../../clock/index.js';
import { formatDuration } from '../../common/duration.js';
import { PatientStore } from '../faults/patient-store.js';
import { MetaStore } from '../store/meta.store.js';
import { stackOf } from '../../common/error-text.js';

const KEY = 'set-back';

/**
 * Stores by how much steady time is ahead of the wall clock. The data file contains steady times, and the next process that
 * uses it must continue with the same steady time.
 */
@Injectable()
export class StoredSetBack implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Inngest');
  private release: Release | undefined;

  constructor(
    private readonly store: PatientStore,
    private readonly meta: MetaStore,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    const stored = await this.store.forRequest(() => this.meta.get(KEY));
    if (stored !== undefined && Number.isFinite(Number(stored))) this.clock.restoreSetBack(Number(stored));
    else if (this.clock.setBack > 0) this.save();
    this.release = this.clock.onJump((ms) => this.onJump(ms));
  }

  onApplicationShutdown(): void {
    this.release?.();
  }

  private onJump(ms: number): void {
    this.logger.warn(
      ms > 0
        ? `The wall clock moved forward by ${formatDuration(ms)} (it was set, or the machine was suspended). Timers that are due now fire.`
        : `The wall clock was put back by ${formatDuration(-ms)}. Durations continue; dates and schedules follow the wall clock.`,
    );
    this.save();
  }

  private save(): void {
    this.store
      .untilStored(() => this.meta.set(KEY, String(this.clock.setBack)))
      .catch((error: unknown) => {
        this.logger.error('Storing by how much the wall clock was put back failed.', stackOf(error));
      });
  }
}
