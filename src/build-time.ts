import { readFileSync, statSync } from 'node:fs';
import { isDeployment } from './common/deployment.js';

/**
 * The file that `npm run build` writes beside the built main file. It contains the time of the build in seconds since
 * 1970.
 */
const FILE = 'build-time';

/**
 * The time of this build, in whole seconds since 1970. It is the same in all replicas of an image, even if the image
 * changes
 * the times of files. A build without `npm run build`, such as that of `nest start --watch`, uses the time of this
 * file.
 *
 * @param folder where the built main file is
 */
export function buildTime(folder = new URL('.', import.meta.url)): number {
  try {
    const seconds = Number(readFileSync(new URL(FILE, folder), 'utf8').trim() || Number.NaN);
    if (isDeployment(seconds)) return seconds;
  } catch {
    // This build was made without `npm run build`.
  }
  return Math.floor(statSync(new URL(import.meta.url)).mtimeMs / 1_000);
}
