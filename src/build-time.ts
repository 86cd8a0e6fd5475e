import { readFileSync, statSync } from 'node:fs';
import { isDeployment } from './common/deployment.js';

/** What `npm run build` writes beside the built main file: the build's time, in seconds since 1970. */
const FILE = 'build-time';

/**
 * When this build was made, in whole seconds since 1970: the same in all replicas of an image, whatever it does to the
 * times of files. A build without `npm run build`, such as that of `nest start --watch`, has the time of this file.
 *
 * @param folder where the built main file is
 */
export function buildTime(folder = new URL('.', import.meta.url)): number {
  try {
    const seconds = Number(readFileSync(new URL(FILE, folder), 'utf8').trim() || Number.NaN);
    if (isDeployment(seconds)) return seconds;
  } catch {
    // It was built otherwise.
  }
  return Math.floor(statSync(new URL(import.meta.url)).mtimeMs / 1_000);
}
