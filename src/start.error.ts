import {
  DataFileInUseError,
  DataFileUnusableError,
  LaterDataFileError,
  NoSqliteError,
  PortTakenError,
} from './embedded/index.js';
import type { Settings } from './config/index.js';

/** Where something was to listen, and by which settings. */
interface Listening {
  readonly setting: string;
  readonly port: number;
  readonly hostSetting: string;
  readonly host: string;
  /** A port that every user may have. */
  readonly example: number;
}

/** The worker cannot start, for a reason outside of it. The message says what to do; a stack would help nobody. */
export class StartError extends Error {
  override readonly name = 'StartError';

  /** The worker's own port is a problem. Any other error stays what it is. */
  static ofWorker(error: unknown, { port, host }: Settings): unknown {
    return StartError.ofPort(error, { setting: 'PORT', port, hostSetting: 'HOST', host, example: 3001 });
  }

  /** The port of the metrics is a problem. Any other error stays what it is. */
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
            `   Find out by what:      lsof -i :${port}`,
            '   and end it:            kill <PID>',
            `   or take another port:  ${setting}=${port + 1} npm start`,
          ].join('\n'),
        );
      case 'EACCES':
        return new StartError(
          `❌ Port ${port} is not allowed to this user. Take one above 1023: ${setting}=${example} npm start`,
        );
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        return new StartError(
          `❌ ${hostSetting}=${host} is no address of this machine. Try ${hostSetting}=127.0.0.1, or ${hostSetting}=0.0.0.0 for every network.`,
        );
      default:
        return error;
    }
  }

  /** The embedded server's port, data file or SQLite library is a problem. Any other error stays what it is. */
  static ofEmbeddedServer(error: unknown): unknown {
    if (error instanceof PortTakenError) return StartError.ofTakenPort(error.port);
    if (error instanceof DataFileInUseError) {
      return new StartError(
        [
          `❌ ${error.message}`,
          `   If it runs your tasks, use it:   INNGEST_URL=${error.url ?? '<its address>'} npm start`,
          '   or end that process first,',
          '   or keep another state:           INNGEST_EMBEDDED_DATA=.inngest/second.db npm start',
          '   or none at all:                  INNGEST_EMBEDDED_DATA=:memory: npm start',
        ].join('\n'),
      );
    }
    if (error instanceof DataFileUnusableError) {
      return new StartError(
        [
          `❌ ${error.message}`,
          '   Name a file that can be written: INNGEST_EMBEDDED_DATA=/path/to/inngest.db npm start',
          '   or keep nothing:                 INNGEST_EMBEDDED_DATA=:memory: npm start',
        ].join('\n'),
      );
    }
    if (error instanceof LaterDataFileError) {
      return new StartError(
        [
          `❌ ${error.file} was written by a later version of this program.`,
          `   Its format is version ${error.version}; this program reads up to version ${error.known}. Nothing was changed.`,
          '   Start the program that wrote it, which goes on where it stopped,',
          '   or put the file aside, with all its events and runs, and begin a new one:',
          '                                    npm run inngest:reset',
          '   or keep another state:           INNGEST_EMBEDDED_DATA=.inngest/second.db npm start',
        ].join('\n'),
      );
    }
    if (error instanceof NoSqliteError) return new StartError(`❌ ${error.message}`);
    return error;
  }

  private static ofTakenPort(port: number): StartError {
    return new StartError(
      [
        `❌ Port ${port} already in use, the one of the embedded Inngest server`,
        `   If that is an Inngest, use it:  INNGEST_URL=http://localhost:${port} npm start`,
        `   or take another port:           INNGEST_EMBEDDED_PORT=${port + 1} npm start`,
        `   Find out what it is:            lsof -i :${port}`,
      ].join('\n'),
    );
  }
}
