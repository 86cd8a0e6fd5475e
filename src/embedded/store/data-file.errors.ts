/** A running server uses the file, or may use it. */
export class DataFileInUseError extends Error {
  override name = 'DataFileInUseError';

  constructor(
    readonly file: string,
    /** The server that uses it: its process id and URL, if they are known. */
    readonly owner: string,
    message = `${file} is in use by another embedded Inngest (${owner})`,
  ) {
    super(message);
  }

  /** The URL of that server; undefined when it is not known yet. */
  get url(): string | undefined {
    return /https?:\/\/\S+$/.exec(this.owner)?.[0];
  }
}

/** The file is locked, but has no log beside it: a process uses it under another path, or is just closing it. */
export class OpenElsewhereError extends DataFileInUseError {
  override name = 'OpenElsewhereError';

  constructor(file: string) {
    super(file, 'unknown: it is open under another path');
  }
}

/**
 * The file has several names (hard links). SQLite stores the latest changes beside the name by which the file was opened, so
 * two servers that use two names would not see each other's changes.
 */
export class HardLinkedDataFileError extends DataFileInUseError {
  override name = 'HardLinkedDataFileError';

  constructor(file: string, names: number) {
    super(
      file,
      'unknown',
      `${file} has ${names} names (hard links), and another embedded Inngest may use it under another name. ` +
        `Find them with \`find / -samefile ${file}\`, and remove all except one, or replace this one with a copy`,
    );
  }
}

/** The file cannot be opened or created: the path is a folder, a permission is missing, or the disk is full. */
export class DataFileUnusableError extends Error {
  override name = 'DataFileUnusableError';

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(`${file} cannot be opened or created: ${(cause as Error).message}`, { cause });
  }
}

/** A later version of this server wrote the file. This server does not change it. */
export class LaterDataFileError extends Error {
  override name = 'LaterDataFileError';

  constructor(
    readonly file: string,
    /** The version of the file's format. */
    readonly version: number,
    /** The latest version that this server reads. */
    readonly known: number,
  ) {
    super(
      `${file} was written by a later version of this server: its format is version ${version}, and this one ` +
        `reads up to version ${known}. The file was not changed. Start the program that wrote it, or put the file ` +
        'aside and begin a new one with `npm run inngest:reset`',
    );
  }
}

/** The file must not be removed: it is not a data file, and no server has used it. */
export class ForeignDataFileError extends Error {
  override name = 'ForeignDataFileError';

  constructor(
    readonly file: string,
    problem: string,
  ) {
    super(`${file} is not removed: ${problem}, and no server has used it`);
  }
}
