import {
  DataFileInUseError,
  DataFileUnusableError,
  LaterDataFileError,
  NoSqliteError,
  PortTakenError,
} from './embedded/index.js';
import type { Settings } from './config/index.js';

/** A port and host on which the process tried to listen, with the names of their settings. */
interface Listening {
  readonly setting: string;
  readonly port: number;
  readonly hostSetting: string;
  readonly host: string;
  /** A port that every user may use, for the advice. */
  readonly example: number;
}

/**
 * The worker cannot start because of its environment, such as a taken port. The message says what to do, so it is
 * printed without a stack.
 */
export class StartError extends Error {
  override readonly name = 'StartError';

  /** Converts an error about the worker's port. Returns any other error unchanged. */
  static ofWorker(error: unknown, { port, host }: Settings): unknown {
    return StartError.ofPort(error, { setting: 'PORT', port, hostSetting: 'HOST', host, example: 3001 });
  }

  /** Converts an error about the port of the metrics. Returns any other error unchanged. */
  static ofMetrics(error: unknown, { port, host }: Pick<Settings, 'port' | 'host'>): unknown {
    const listening = { setting: 'METRICS_PORT', port, hostSetting: 'METRICS_HOST', host, example: 9464 };
    return StartError.ofPort(error, listening);
  }

  private static ofPort(error: unknown, { setting, port, hostSetting, host, example }: Listening): unknown {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EADDRINUSE':
        return new StartError(
          [
            `❌ Port ${port} already in use`,
            `   Find the process:     lsof -i :${port}`,
            '   and end it:           kill <PID>',
            `   or use another port:  ${setting}=${port + 1} npm start`,
          ].join('\n'),
        );
      case 'EACCES':
        return new StartError(
          `❌ This user may not use port ${port}. Use one above 1023: ${setting}=${example} npm start`,
        );
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        return new StartError(
          `❌ ${hostSetting}=${host} is not an address of this machine. Try ${hostSetting}=127.0.0.1, or ${hostSetting}=0.0.0.0 for every network.`,
        );
      default:
        return error;
    }
  }

  /**
   * Converts an error about the embedded server's port, data file or SQLite library. Returns any other error unchanged.
   */
  static ofEmbeddedServer(error: unknown): unknown {
    if (error instanceof PortTakenError) return StartError.ofTakenPort(error.port);
    if (error instanceof DataFileInUseError) {
      return new StartError(
        [
          `❌ ${error.message}`,
          `   If that server runs your tasks, use it:   INNGEST_URL=${error.url ?? '<its address>'} npm start`,
          '   or end that process first,',
          '   or use another file:                      INNGEST_EMBEDDED_DATA=.inngest/second.db npm start',
          '   or use no file:                           INNGEST_EMBEDDED_DATA=:memory: npm start',
        ].join('\n'),
      );
    }
    if (error instanceof DataFileUnusableError) {
      return new StartError(
        [
          `❌ ${error.message}`,
          '   Use a file that can be written:  INNGEST_EMBEDDED_DATA=/path/to/inngest.db npm start',
          '   or use no file:                  INNGEST_EMBEDDED_DATA=:memory: npm start',
        ].join('\n'),
      );
    }
    if (error instanceof LaterDataFileError) {
      return new StartError(
        [
          `❌ ${error.file} was written by a later version of this program.`,
          `   Its format is version ${error.version}; this program reads up to version ${error.known}. Nothing was changed.`,
          '   Start the later version, which continues where it stopped,',
          '   or rename the file, with all its events and runs, and begin a new one:',
          '                                    npm run inngest:reset',
          '   or use another file:             INNGEST_EMBEDDED_DATA=.inngest/second.db npm start',
        ].join('\n'),
      );
    }
    if (error instanceof NoSqliteError) return new StartError(`❌ ${error.message}`);
    return error;
  }

  private static ofTakenPort(port: number): StartError {
    return new StartError(
      [
        `❌ Port ${port} already in use, which the embedded Inngest server needs`,
        `   If an Inngest server has it, use that:  INNGEST_URL=http://localhost:${port} npm start`,
        `   or use another port:                    INNGEST_EMBEDDED_PORT=${port + 1} npm start`,
        `   Find the process:                       lsof -i :${port}`,
      ].join('\n'),
    );
  }
}
