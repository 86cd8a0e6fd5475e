import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { RunsModule } from '../runs/index.js';
import { Draining } from './draining.js';
import { HealthController } from './health.controller.js';
import { StartUp } from './start-up.js';

/** Probes: whether the process lives, has come up, and is ready for work. */
@Module({
  // Silent, because the registration already logs when Inngest comes and goes, and probes come every few seconds.
  imports: [TerminusModule.forRoot({ logger: false }), RunsModule],
  controllers: [HealthController],
  providers: [Draining, StartUp],
  exports: [Draining],
})
export class HealthModule {}
