import { readFileSync } from 'node:fs';

/** The name of the command in the package's `bin`. */
export const COMMAND = 'task-queue-server';

/** The version of the package that contains the command. */
export function packageVersion(): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const version = versionIn(folder);
    if (version !== undefined) return version;
    if (folder.pathname === new URL('..', folder).pathname) return 'unknown';
  }
}

function versionIn(folder: URL): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
      version?: unknown;
    };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
