import { BadRequestException, HttpStatus, ValidationPipe } from '@nestjs/common';
import { fieldErrors, type FieldError } from '../common/field-errors.js';
import type { InvalidRequestView } from './problem.view.js';

/** Validates requests against their DTOs. It rejects unknown fields, and the 400 names every wrong field. */
export function validateRequests(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) => new BadRequestException(problemOf(fieldErrors(errors))),
  });
}

function problemOf(errors: FieldError[]): InvalidRequestView {
  const fields = errors.map(({ field }) => field).join(', ');
  return {
    statusCode: HttpStatus.BAD_REQUEST,
    error: 'Bad Request',
    message: `The request is not valid: ${fields}.`,
    errors,
  };
}
