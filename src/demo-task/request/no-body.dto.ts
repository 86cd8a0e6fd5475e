/**
 * The body of a request without parameters: an empty object, or no body. Validation rejects every field and names it.
 */
export class NoBody {}
