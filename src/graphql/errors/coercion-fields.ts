import type { FieldError } from '../../common/field-errors.js';

/**
 * The wrong fields in GraphQL's own error about a variable with the wrong type. GraphQL names them only in the message.
 * Undefined if this is another message.
 */
export function coercionFields(message: string): FieldError[] | undefined {
  if (!message.startsWith('Variable "$')) return undefined;
  const placed = /^Variable "\$[^"]*" got invalid value .* at "[^".]+\.([^"]+)"; (.*)$/s.exec(message);
  const named = /Field "([^"]+)" (is not defined by type|of required type) (.*)$/s.exec(message);
  if (named) {
    const [, field = '', what = ''] = named;
    const path = placed?.[1] === undefined ? field : `${placed[1]}.${field}`;
    const reason = what.startsWith('of') ? `${field} should not be empty` : `${field} is unknown`;
    return [{ field: path, messages: [reason] }];
  }
  if (placed) return [{ field: placed[1] ?? '', messages: [placed[2] ?? ''] }];
  const whole = /^Variable "\$([^"]+)"/.exec(message);
  return whole ? [{ field: whole[1] ?? '', messages: [message] }] : undefined;
}
