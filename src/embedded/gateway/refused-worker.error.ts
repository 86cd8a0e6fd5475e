/** The close codes of the WebSocket protocol that this server uses. */
export const CloseCode = { GoingAway: 1001, BadPayload: 1007, Policy: 1008, Internal: 1011 } as const;

/** The server refuses a worker, or closes its connection. `code` is the real server's name for the reason. */
export class RefusedWorkerError extends Error {
  override readonly name = 'RefusedWorkerError';

  constructor(
    readonly code: string,
    message: string,
    readonly closeCode: number = CloseCode.Policy,
  ) {
    super(message);
  }
}
