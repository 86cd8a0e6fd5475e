import { NonRetriableError } from 'inngest';
import { withoutField, type FieldError } from '../../common/field-errors.js';

/** The data of an event does not fit its DTO. A retry would fail again, so the run fails immediately. */
export class InvalidEventError extends NonRetriableError {
  /** The errors of each field. The output of the failed run contains them as `cause`. */
  override readonly cause: { readonly fields: readonly FieldError[] };

  constructor(fields: readonly FieldError[]) {
    super(
      `Invalid event data: ${fields.flatMap(({ field, messages }) => messages.map((m) => say(field, m))).join('; ')}`,
    );
    this.name = 'InvalidEventError';
    this.cause = { fields };
  }
}

function say(field: string, message: string): string {
  return field === '' ? message : `${field}: ${withoutField(field, message)}`;
}
