import {
  DataFileInUseError,
  DataFileUnusableError,
  LaterDataFileError,
  MissingPackageError,
  NoSqliteError,
  PortTakenError,
} from '../embedded/index.js';
import type { ServeOptions } from './command-options.js';

/** The server cannot start, for a reason outside of it. The message says what to do; a stack would help nobody. */
export class StartFailedError extends Error {
  override readonly name = 'StartFailedError';

  /** @returns the error itself when nobody expected it */
  static of(error: unknown, options: ServeOptions): unknown {
    const why = reasonOf(error, options);
    return why === undefined ? error : new StartFailedError(why);
  }
}

function reasonOf(error: unknown, { port, host }: ServeOptions): string | undefined {
  if (error instanceof PortTakenError) {
    const other = port < 65_535 ? port + 1 : port - 1;
    return `Port ${port} on ${host} is already in use. End the program that has it, or take another one: --port ${other}`;
  }
  if (error instanceof DataFileInUseError)
    return `${error.message}\nUse that server, end it, or leave out --persist to keep the state in memory.`;
  if (error instanceof DataFileUnusableError)
    return `${error.message}\nStart in another directory, or leave out --persist to keep the state in memory.`;
  if (error instanceof LaterDataFileError) {
    return (
      `${error.file} was written by a later version of this program: its format is version ${error.version}, this ` +
      `program reads up to version ${error.known}. Nothing was changed.\n` +
      'Use the later version, move the file away, or leave out --persist to keep the state in memory.'
    );
  }
  if (error instanceof NoSqliteError || error instanceof MissingPackageError) return error.message;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EACCES':
      return `Port ${port} is not allowed to this user. Take one above 1023, such as --port 8288.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `--host ${host} is no address of this machine. Try 127.0.0.1, or 0.0.0.0 for every network.`;
    default:
      return undefined;
  }
}
