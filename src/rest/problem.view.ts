import { ApiProperty } from '@nestjs/swagger';
import type { FieldError } from '../common/field-errors.js';

/** What is wrong with one field of a request. */
export class FieldErrorView implements FieldError {
  @ApiProperty({ description: 'Its path, with dots.', example: 'delayMs' })
  field!: string;

  @ApiProperty({ example: ['delayMs must be an integer number'] })
  messages!: readonly string[];
}

/** The body of every answer that is not a success. */
export class ProblemView {
  @ApiProperty({ example: 503 })
  statusCode!: number;

  @ApiProperty({ example: 'Service Unavailable' })
  error!: string;

  @ApiProperty({ example: 'Inngest not reachable at http://localhost:8288: no connection.' })
  message!: string;
}

/** The body of a 400 for a request whose fields are wrong. */
export class InvalidRequestView {
  @ApiProperty({ example: 400 })
  statusCode!: number;

  @ApiProperty({ example: 'Bad Request' })
  error!: string;

  @ApiProperty({ example: 'The request is not valid: taskId, delayMs.' })
  message!: string;

  @ApiProperty({ type: [FieldErrorView] })
  errors!: FieldErrorView[];
}
