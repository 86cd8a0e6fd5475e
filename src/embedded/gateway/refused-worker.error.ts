/** Codes of the WebSocket protocol with which this server closes connections. */
export const CloseCode = { GoingAway: 1001, BadPayload: 1007, Policy: 1008, Internal: 1011 } as const;

/** A worker is not let in, or is shown out. `code` is the real server's word for the reason, and closes the connection. */
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
