/**
 * How many bytes of bodies a server holds while it reads them, over all requests together. A body takes from it what it
 * becomes, piece by piece as it arrives: what a request declares takes nothing, so a sender that declares much and sends
 * nothing keeps nobody out.
 */
export class ByteBudget {
  private used = 0;

  /** @param limit in bytes */
  constructor(readonly limit: number) {}

  /** How many bytes are taken now. */
  get taken(): number {
    return this.used;
  }

  /** Takes so many bytes. @returns false, and takes nothing, when fewer are left */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.used -= bytes;
  }
}

/** What one body has taken of a {@link ByteBudget}. */
export class Share {
  private bytes = 0;
  private isReleased = false;

  constructor(private readonly budget: ByteBudget) {}

  /** Takes more. @returns false when the budget has less left, or this was released: its request is over then */
  take(bytes: number): boolean {
    if (this.isReleased || !this.budget.take(bytes)) return false;
    this.bytes += bytes;
    return true;
  }

  /** Gives everything back. Calling it twice is harmless. */
  release(): void {
    this.isReleased = true;
    this.budget.giveBack(this.bytes);
    this.bytes = 0;
  }
}
