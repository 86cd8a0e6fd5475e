import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock } from './clock.js';
import { SystemClock } from './system-clock.js';

/** Provides the {@link Clock} to the whole application it is imported into. */
@Global()
@Module({})
export class ClockModule {
  /** @param clock the clock to share; the wall's when absent */
  static forRoot(clock: Clock = new SystemClock()): DynamicModule {
    return { module: ClockModule, providers: [{ provide: Clock, useValue: clock }], exports: [Clock] };
  }
}
