/** The port that the server was to listen on is in use. */
export class PortTakenError extends Error {
  override name = 'PortTakenError';

  constructor(
    readonly port: number,
    readonly host: string,
  ) {
    super(`Port ${port} on ${host} is already in use`);
  }
}
