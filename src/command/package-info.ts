import { readFileSync } from 'node:fs';

/** The command's name, as the package's `bin` has it. */
export const COMMAND = 'task-queue-server';

/** The version of the package that the command is a part of. */
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
