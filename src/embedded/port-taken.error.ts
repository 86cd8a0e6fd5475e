/** Another process listens on the server's port. */
export class PortTakenError extends Error {
  override name = 'PortTakenError';

  constructor(
    readonly port: number,
    readonly host: string,
  ) {
    super(`Port ${port} on ${host} is already in use`);
  }
}
