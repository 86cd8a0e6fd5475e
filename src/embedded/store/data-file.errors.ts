/** The file belongs to a server that is running, or may belong to one. */
export class DataFileInUseError extends Error {
  override name = 'DataFileInUseError';

  constructor(
    readonly file: string,
    /** Who has it: process id and address, as far as it said so. */
    readonly owner: string,
    message = `${file} is in use by another embedded Inngest (${owner})`,
  ) {
    super(message);
  }

  /** Where that server listens; undefined when it has not said so yet. */
  get url(): string | undefined {
    return /https?:\/\/\S+$/.exec(this.owner)?.[0];
  }
}

/**
 * The file has several names (hard links). SQLite keeps the last changes beside the name by which the file was opened, so
 * two servers under two names would not see each other.
 */
export class HardLinkedDataFileError extends DataFileInUseError {
  override name = 'HardLinkedDataFileError';

  constructor(file: string, names: number) {
    super(
      file,
      'unknown',
      `${file} has ${names} names (hard links), and another embedded Inngest may use it under another one. ` +
        `Find them with \`find / -samefile ${file}\`, and remove all but one, or replace this one by a copy`,
    );
  }
}

/** The file cannot be opened or made: a folder in its place, no permission, no room on the disk. */
export class DataFileUnusableError extends Error {
  override name = 'DataFileUnusableError';

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(`${file} cannot be opened or made: ${(cause as Error).message}`, { cause });
  }
}

/** A later version of this server wrote the file. It is left as it is. */
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
        `reads up to version ${known}. It was left as it is, with all its events and runs. Start the program that ` +
        'wrote it, or put the file aside, and begin a new one, with `npm run inngest:reset`',
    );
  }
}

/** The file is not to be removed: no server has used it, and it is none of theirs. */
export class ForeignDataFileError extends Error {
  override name = 'ForeignDataFileError';

  constructor(
    readonly file: string,
    problem: string,
  ) {
    super(`${file} is not removed: ${problem}, and no server has used it`);
  }
}
