/**
 * Limits the bytes of all bodies that a server is reading. Each piece of a body takes its decompressed size when it
 * arrives. The declared length takes nothing, so a sender that declares much and sends nothing does not block other
 * requests.
 */
export class ByteBudget {
  private used = 0;

  /** @param limit in bytes */
  constructor(readonly limit: number) {}

  /** How many bytes are currently taken. */
  get taken(): number {
    return this.used;
  }

  /** Takes this many bytes. @returns false, and takes nothing, if fewer are left */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.used -= bytes;
  }
}

/** The bytes that one body has taken from a {@link ByteBudget}. */
export class Share {
  private bytes = 0;
  private isReleased = false;

  constructor(private readonly budget: ByteBudget) {}

  /**
   * Takes more bytes. @returns false if the budget has fewer left, or if this was released because its request has
   * ended
   */
  take(bytes: number): boolean {
    if (this.isReleased || !this.budget.take(bytes)) return false;
    this.bytes += bytes;
    return true;
  }

  /** Returns all bytes to the budget. A second call does nothing. */
  release(): void {
    this.isReleased = true;
    this.budget.giveBack(this.bytes);
    this.bytes = 0;
  }
}
