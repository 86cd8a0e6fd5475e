/** What stands in place of a secret. */
const HIDDEN = '[secret]';

/** Shorter ones, such as the event key "dev" of a development server, are words that mean something elsewhere. */
const SHORTEST = 8;

/** Texts that must not be shown. */
export class Secrets {
  private readonly texts: readonly string[];

  /** @param secrets those of fewer than 8 characters are no secrets and are ignored */
  constructor(secrets: readonly string[]) {
    const quoted = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
    // The longest first: one may be a part of another.
    this.texts = [...new Set([...secrets, ...quoted])]
      .filter(({ length }) => length >= SHORTEST)
      .toSorted((a, b) => b.length - a.length);
  }

  /** The text with every secret in it replaced by `[secret]`. */
  hide(text: string): string {
    return this.texts.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
  }
}
