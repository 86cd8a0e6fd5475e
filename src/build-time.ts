import { readFileSync, statSync } from 'node:fs';

/** What `npm run build` writes beside the built main file: the build's time, in seconds since 1970. */
const BUILD_TIME = new URL('build-time', import.meta.url);

/**
 * When this build was made, in whole seconds since 1970: the same in all replicas of an image, whatever it does to the
 * times of files. A build without `npm run build`, such as that of `nest start --watch`, has the time of this file.
 */
export function buildTime(): number {
  try {
    const seconds = Number(readFileSync(BUILD_TIME, 'utf8').trim() || Number.NaN);
    if (Number.isSafeInteger(seconds) && seconds >= 0) return seconds;
  } catch {
    // It was built otherwise.
  }
  return Math.floor(statSync(new URL(import.meta.url)).mtimeMs / 1_000);
}
