/** All answers that a server reads at the same time, in bytes. */
const ALL_ANSWERS_BYTES = 128 * 1024 * 1024;

/**
 * Limits the bytes of the answers that a server is reading to its own requests. Beyond the limit readers wait, which
 * makes the senders wait too. An answer is never refused because of other answers: the work that it reports would be
 * repeated. One reader at a time may exceed the limit until it is done, so that the readers cannot all wait for each
 * other.
 */
export class AnswerBudget {
  private used = 0;
  private beyond: AnswerShare | undefined;
  private waiting: (() => void)[] = [];

  constructor(readonly limit = ALL_ANSWERS_BYTES) {}

  /** How many bytes are currently in memory. */
  get taken(): number {
    return this.used;
  }

  /** A share for one answer. Release it when the answer has been read. */
  share(): AnswerShare {
    return new AnswerShare(this);
  }

  /** @internal Resolves when the share may use this many more bytes. */
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

/** The bytes that one answer uses of an {@link AnswerBudget}. */
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
