import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { MetricsReader } from './metrics-reader.js';

@ApiTags('Metrics')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsReader) {}

  @Get()
  @ApiOperation({ summary: 'The metrics of this worker and its embedded server, for Prometheus' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  async read(@Res() response: Response): Promise<void> {
    const text = await this.metrics.text();
    response.set('content-type', this.metrics.contentType).send(text);
  }
}
