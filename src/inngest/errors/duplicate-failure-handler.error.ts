/** Two failure handlers name the same function, which can have only one. */
export class DuplicateFailureHandlerError extends Error {
  override readonly name = 'DuplicateFailureHandlerError';

  constructor(id: string, first: string, second: string) {
    super(
      `The Inngest function "${id}" has two failure handlers: ${first} and ${second}. Remove one of them.`,
    );
  }
}
