import { ApiProperty } from '@nestjs/swagger';
import type { FieldError } from '../common/field-errors.js';

/** The errors of one field of a request. */
export class FieldErrorView implements FieldError {
  @ApiProperty({ description: 'The path of the field, with dots.', example: 'delayMs' })
  field!: string;

  @ApiProperty({ example: ['delayMs must be an integer number'] })
  messages!: readonly string[];
}

/** The body of every error answer. */
export class ProblemView {
  @ApiProperty({ example: 503 })
  statusCode!: number;

  @ApiProperty({ example: 'Service Unavailable' })
  error!: string;

  @ApiProperty({ example: 'Inngest not reachable at http://localhost:8288: no connection.' })
  message!: string;
}

/** The body of a 400 for a request with wrong fields. */
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
