import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { InngestHealth } from './inngest.health.js';

@ApiTags('Health')
@SkipThrottle()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly inngest: InngestHealth,
  ) {}

  @Get()
  @ApiOperation({ summary: 'How the worker stands, in detail; answers as /health/ready does' })
  @HealthCheck({ swaggerDocumentation: true })
  details(): Promise<HealthCheckResult> {
    return this.ready();
  }

  @Get('startup')
  @ApiOperation({ summary: 'Whether the worker has come up: Inngest has known its functions once' })
  @HealthCheck({ swaggerDocumentation: true })
  startup(): Promise<HealthCheckResult> {
    return this.health.check([() => this.inngest.hasStarted()]);
  }

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
      () => this.inngest.takesCalls(),
      () => this.inngest.isReachable(),
      () => this.inngest.areFunctionsRegistered(),
    ]);
  }
}
