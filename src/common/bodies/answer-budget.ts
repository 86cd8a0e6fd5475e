/** All answers that a server reads at the same time, in bytes. */
const ALL_ANSWERS_BYTES = 128 * 1024 * 1024;

/**
 * How many bytes of answers to its own requests a server holds while it reads them. Past the limit readers wait, which
 * stops the senders; an answer is never refused for the others' sake, since the work that it tells of would be done
 * again. One reader at a time may go on past the limit to its end, so that they cannot all wait for each other.
 */
export class AnswerBudget {
  private used = 0;
  private beyond: AnswerShare | undefined;
  private waiting: (() => void)[] = [];

  constructor(readonly limit = ALL_ANSWERS_BYTES) {}

  /** How many bytes are held now. */
  get taken(): number {
    return this.used;
  }

  /** A part for one answer, to be released when it has been read. */
  share(): AnswerShare {
    return new AnswerShare(this);
  }

  /** @internal Resolves when the share may have so many bytes more. */
  async take(share: AnswerShare, bytes: number): Promise<void> {
    while (this.used + bytes > this.limit && this.beyond !== share) {
      if (this.beyond === undefined) this.beyond = share;
      else await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.used += bytes;
  }

  /** @internal */
  giveBack(share: AnswerShare, bytes: number): void {
    this.used -= bytes;
    if (this.beyond === share) this.beyond = undefined;
    const waiting = this.waiting;
    this.waiting = [];
    for (const goOn of waiting) goOn();
  }
}

/** What one answer has taken of an {@link AnswerBudget}. */
export class AnswerShare {
  private bytes = 0;

  constructor(private readonly budget: AnswerBudget) {}

  async take(bytes: number): Promise<void> {
    await this.budget.take(this, bytes);
    this.bytes += bytes;
  }

  release(): void {
    this.budget.giveBack(this, this.bytes);
    this.bytes = 0;
  }
}
