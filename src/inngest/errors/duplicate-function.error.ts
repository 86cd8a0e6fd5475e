/** Two methods have the same function id. Inngest would keep only one of them. */
export class DuplicateFunctionError extends Error {
  override readonly name = 'DuplicateFunctionError';

  constructor(id: string, first: string, second: string) {
    super(
      first === second
        ? `The Inngest function "${id}" was found twice, in two instances of ${first}. ` +
            'Provide its class in one module only and import that module.'
        : `Two Inngest functions have the id "${id}": ${first} and ${second}. Give one of them another id.`,
    );
  }
}
