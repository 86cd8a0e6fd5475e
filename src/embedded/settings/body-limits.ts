/** The limits for JSON in requests. Checkpoints carry step results: up to 4 MiB each and 32 MiB in all. */
export const JSON_LIMITS = { maxBytes: 48 * 1024 * 1024 };
