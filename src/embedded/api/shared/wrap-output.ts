/** Measured on Inngest 1.43: the v2 API shows an output that is not an object as `{data: …}`. */
export function wrapOutput(value: unknown): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { data: value };
}
