import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { InngestHealthIndicator } from '../inngest/index.js';
import { Draining } from './draining.js';

@ApiTags('Health')
@SkipThrottle()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly inngest: InngestHealthIndicator,
    private readonly draining: Draining,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers; restart it if not' })
  @HealthCheck({ swaggerDocumentation: true })
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @ApiOperation({
    summary:
      'Whether tasks run: Inngest is reachable, the functions are registered, and the worker is not stopping',
  })
  @HealthCheck({ swaggerDocumentation: true })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.draining.check(),
      () => this.inngest.isReachable('inngest'),
      () => this.inngest.isRegistered('functions'),
    ]);
  }
}
