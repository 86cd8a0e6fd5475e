import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock } from './clock.js';
import { SystemClock } from './system-clock.js';

/** A global module: provides the {@link Clock} to every module of the application that imports it. */
@Global()
@Module({})
export class ClockModule {
  /** @param clock the clock to share; a {@link SystemClock} by default */
  static forRoot(clock: Clock = new SystemClock()): DynamicModule {
    return { module: ClockModule, providers: [{ provide: Clock, useValue: clock }], exports: [Clock] };
  }
}
