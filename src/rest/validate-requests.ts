import { BadRequestException, HttpStatus, ValidationPipe, type ValidationError } from '@nestjs/common';
import type { FieldErrorView, InvalidRequestView } from './problem.view.js';

/** Validates requests against their DTOs. Unknown fields are refused, and a 400 names every wrong field. */
export function validateRequests(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) => new BadRequestException(problemOf(fieldErrors(errors))),
  });
}

function problemOf(errors: FieldErrorView[]): InvalidRequestView {
  const fields = errors.map(({ field }) => field).join(', ');
  return {
    statusCode: HttpStatus.BAD_REQUEST,
    error: 'Bad Request',
    message: `The request is not valid: ${fields}.`,
    errors,
  };
}

function fieldErrors(errors: ValidationError[], parent = ''): FieldErrorView[] {
  return errors.flatMap(({ property, constraints, children = [] }) => {
    const field = parent + property;
    const own = constraints === undefined ? [] : [{ field, messages: Object.values(constraints) }];
    return [...own, ...fieldErrors(children, `${field}.`)];
  });
}
