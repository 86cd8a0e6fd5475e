/** The text that replaces a secret. */
const HIDDEN = '[secret]';

/** Shorter secrets, such as the event key "dev" of a development server, are ordinary words and are not replaced. */
const SHORTEST = 8;

/** Texts that must not appear in output. */
export class Secrets {
  private readonly texts: readonly string[];

  /** @param secrets the texts; those of fewer than 8 characters are ignored */
  constructor(secrets: readonly string[]) {
    const quoted = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
    // The longest first, because one secret may be part of another.
    this.texts = [...new Set([...secrets, ...quoted])]
      .filter(({ length }) => length >= SHORTEST)
      .toSorted((a, b) => b.length - a.length);
  }

  /** The text with every secret in it replaced by `[secret]`. */
  hide(text: string): string {
    return this.texts.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
  }
}
