/**
 * The header of an answer to a call for a function that this process does not serve, such as a call for a new function
 * that reaches an old replica. Real servers ignore the header and treat the answer as a failed attempt.
 */
export const UNSERVED_FUNCTION = 'x-unserved-function';
