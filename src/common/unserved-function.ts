/**
 * The header of an answer to a call for a function that the answering process does not serve, such as an old replica that gets a
 * call for a function of a newer one. Real servers ignore it and take the answer for a failed attempt.
 */
export const UNSERVED_FUNCTION = 'x-unserved-function';
