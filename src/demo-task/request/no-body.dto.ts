/** The body of a request that needs none: an empty object, or nothing. Every field is refused by name. */
export class NoBody {}
