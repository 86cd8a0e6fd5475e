/** A test server cannot serve the functions of this client. The message names the client and says what to do. */
export class ClientRefusedError extends Error {
  override readonly name = 'ClientRefusedError';

  constructor(
    /** The client's id. */
    readonly clientId: string,
    problem: string,
  ) {
    super(`The Inngest client "${clientId}" ${problem}`);
  }
}
