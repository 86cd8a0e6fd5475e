/**
 * Why the store cannot be used now: another process holds the file's lock, the disk has no room, the disk reports an
 * error, or the file cannot be written; the file was deleted, moved or replaced (`gone`); or another server was started on
 * it, which is for good (`taken`).
 */
export type StoreProblem = 'busy' | 'full' | 'io' | 'read-only' | 'gone' | 'taken';

const MESSAGES: Record<StoreProblem, string> = {
  busy: 'Another process has locked the data file of the embedded Inngest.',
  full: 'The disk with the data of the embedded Inngest is full.',
  io: 'The disk with the data of the embedded Inngest reports an error.',
  'read-only': 'The data file of the embedded Inngest is read-only.',
  gone: 'The data file of the embedded Inngest was deleted, moved or replaced.',
  taken: 'Another embedded Inngest has taken over the data file of this one.',
};

/** The store cannot be used now. Nothing of the change was kept; the same change may succeed later. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError';

  /** @param cause the driver's error */
  constructor(
    readonly kind: StoreProblem,
    cause: unknown,
  ) {
    super(kind === 'io' ? `${MESSAGES.io} ${reason(cause)}` : MESSAGES[kind], { cause });
  }

  /** The driver's error as one of this class; every other error, which is a bug, stays as it is. */
  static from(error: unknown): unknown {
    const kind = problemOf(error);
    return kind === undefined ? error : new StoreUnavailableError(kind, error);
  }
}

/** Whether another server has taken the data file over. The file's guard has logged it, once: nobody else needs to. */
export function isTaken(error: unknown): boolean {
  return error instanceof StoreUnavailableError && error.kind === 'taken';
}

function reason(cause: unknown): string {
  const { message, code, errcode } = cause as { message?: unknown; code?: unknown; errcode?: unknown };
  return `(${String(message)}, ${String(errcode ?? code)})`;
}

/** SQLite's result codes: the name that libsql gives, the number that node:sqlite gives, and the problem. */
const CODES: readonly [name: string, number: number, problem: StoreProblem][] = [
  ['SQLITE_BUSY', 5, 'busy'],
  ['SQLITE_LOCKED', 6, 'busy'],
  // A race for the lock of the WAL, which SQLite gave up after many tries.
  ['SQLITE_PROTOCOL', 15, 'busy'],
  ['SQLITE_READONLY', 8, 'read-only'],
  ['SQLITE_IOERR', 10, 'io'],
  ['SQLITE_CANTOPEN', 14, 'io'],
  ['SQLITE_FULL', 13, 'full'],
];

/**
 * I/O errors that mean no room. Seen on a full tmpfs: FULL when the file or its WAL cannot grow, SHMSIZE when the WAL's
 * index cannot. SQLite's source (`unixWrite`) adds WRITE, for a user's quota (EDQUOT) and a limit of the file's size
 * (EFBIG).
 */
const NO_ROOM: ReadonlySet<unknown> = new Set(['SQLITE_IOERR_SHMSIZE', 4874, 'SQLITE_IOERR_WRITE', 778]);

/** libsql reports a file that it cannot open by SQLite's number at the end of a message, without a code. */
const LIBSQL_CANNOT_OPEN = /^ConnectionFailed\(.*: (\d+)"\)$/;

function problemOf(error: unknown): StoreProblem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (NO_ROOM.has(code) || NO_ROOM.has(errcode)) return 'full';
  const number = errcode ?? LIBSQL_CANNOT_OPEN.exec(error.message)?.[1];
  // The lower eight bits hold the primary code, the others say more.
  const primary = number === undefined ? undefined : Number(number) & 0xff;
  return CODES.find(([name, primaryCode]) => primaryCode === primary || isNamed(code, name))?.[2];
}

/** Also an extended code: SQLITE_BUSY_SNAPSHOT is a SQLITE_BUSY. */
function isNamed(code: unknown, name: string): boolean {
  return code === name || (typeof code === 'string' && code.startsWith(`${name}_`));
}
