import {
  DataFileInUseError,
  DataFileUnusableError,
  LaterDataFileError,
  MissingPackageError,
  NoSqliteError,
  PortTakenError,
} from '../embedded/index.js';
import type { ServeOptions } from './command-options.js';

/**
 * The server cannot start because of its environment, such as a taken port. The message says what to do, so it is
 * printed without a stack.
 */
export class StartFailedError extends Error {
  override readonly name = 'StartFailedError';

  /** @returns the error itself if it is not one of the expected ones */
  static of(error: unknown, options: ServeOptions): unknown {
    const why = reasonOf(error, options);
    return why === undefined ? error : new StartFailedError(why);
  }
}

function reasonOf(error: unknown, { port, host }: ServeOptions): string | undefined {
  if (error instanceof PortTakenError) {
    const other = port < 65_535 ? port + 1 : port - 1;
    return `Port ${port} on ${host} is already in use. End the program that uses it, or use another port: --port ${other}`;
  }
  if (error instanceof DataFileInUseError)
    return `${error.message}\nUse that server, stop it, or leave out --persist to keep the state in memory.`;
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
      return `This user may not use port ${port}. Use one above 1023, such as --port 8288.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `--host ${host} is not an address of this machine. Try 127.0.0.1, or 0.0.0.0 for every network.`;
    default:
      return undefined;
  }
}
