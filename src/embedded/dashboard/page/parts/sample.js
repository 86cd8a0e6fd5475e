/** @import { FunctionConfiguration } from '../data/api-types.d.ts' */

/**
 * An event's data with the fields that a function's configuration reads, to be filled in.
 *
 * @param {FunctionConfiguration} configuration
 */
export function sampleFrom(configuration) {
  const fields = JSON.stringify(configuration).matchAll(/event\.data\.([A-Za-z_]\w*)/g);
  return Object.fromEntries([...fields].map(([, field]) => [field, null]));
}
