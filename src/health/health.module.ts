import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { RunsModule } from '../runs/index.js';
import { Draining } from './draining.js';
import { HealthController } from './health.controller.js';
import { StartUp } from './start-up.js';

/** Probes: whether the process is alive, has started, and is ready for work. */
@Module({
  // No logger: the registration already logs when Inngest becomes unreachable, and probes come every few seconds.
  imports: [TerminusModule.forRoot({ logger: false }), RunsModule],
  controllers: [HealthController],
  providers: [Draining, StartUp],
  exports: [Draining],
})
export class HealthModule {}
