/**
 * Why the store cannot be used now. `busy`: another process has locked the file. `full`: the disk is full. `io`: the disk
 * reports an error. `read-only`: the file cannot be written. `gone`: the file was deleted, moved or replaced. `taken`:
 * another server was started on the file; this problem is permanent.
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

/** The store cannot be used now. No part of the change was stored; the same change may succeed later. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError';

  /** @param cause the driver's error */
  constructor(
    readonly kind: StoreProblem,
    cause: unknown,
  ) {
    super(kind === 'io' ? `${MESSAGES.io} ${reason(cause)}` : MESSAGES[kind], { cause });
  }

  /** Converts an error of the driver to this class. Returns any other error, which is a bug, unchanged. */
  static from(error: unknown): unknown {
    const kind = problemOf(error);
    return kind === undefined ? error : new StoreUnavailableError(kind, error);
  }
}

/** Whether another server has taken the data file over. The file guard has logged that, so callers need not log it. */
export function isTaken(error: unknown): boolean {
  return error instanceof StoreUnavailableError && error.kind === 'taken';
}

function reason(cause: unknown): string {
  const { message, code, errcode } = cause as { message?: unknown; code?: unknown; errcode?: unknown };
  return `(${String(message)}, ${String(errcode ?? code)})`;
}

/** SQLite's result codes, by name for libsql and by number for node:sqlite, and the problem that each one means. */
const CODES: readonly [name: string, number: number, problem: StoreProblem][] = [
  ['SQLITE_BUSY', 5, 'busy'],
  ['SQLITE_LOCKED', 6, 'busy'],
  // A race for the lock of the WAL that SQLite gave up after many attempts.
  ['SQLITE_PROTOCOL', 15, 'busy'],
  ['SQLITE_READONLY', 8, 'read-only'],
  ['SQLITE_IOERR', 10, 'io'],
  ['SQLITE_CANTOPEN', 14, 'io'],
  ['SQLITE_FULL', 13, 'full'],
];

/**
 * I/O errors that mean that the disk is full. Seen on a full tmpfs: FULL when the file or its WAL cannot grow, SHMSIZE when
 * the WAL's index cannot grow. According to SQLite's source (`unixWrite`), WRITE occurs for a user's quota (EDQUOT) and a
 * limit of the file size (EFBIG).
 */
const DISK_FULL: ReadonlySet<unknown> = new Set(['SQLITE_IOERR_SHMSIZE', 4874, 'SQLITE_IOERR_WRITE', 778]);

/** If libsql cannot open a file, its error has no code. SQLite's number is at the end of the message. */
const LIBSQL_CANNOT_OPEN = /^ConnectionFailed\(.*: (\d+)"\)$/;

function problemOf(error: unknown): StoreProblem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (DISK_FULL.has(code) || DISK_FULL.has(errcode)) return 'full';
  const number = errcode ?? LIBSQL_CANNOT_OPEN.exec(error.message)?.[1];
  // The lower eight bits are the primary code; the others are details.
  const primary = number === undefined ? undefined : Number(number) & 0xff;
  return CODES.find(([name, primaryCode]) => primaryCode === primary || isNamed(code, name))?.[2];
}

/** Whether the code has this name or extends it: SQLITE_BUSY_SNAPSHOT is a SQLITE_BUSY. */
function isNamed(code: unknown, name: string): boolean {
  return code === name || (typeof code === 'string' && code.startsWith(`${name}_`));
}
