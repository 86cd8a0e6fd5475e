import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * SQLite's format of a write-ahead log (https://www.sqlite.org/fileformat2.html#walformat): a header of 32 bytes, then
 * frames, each a header of 24 bytes and one page. Numbers are big-endian.
 */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;
/** The magic number of logs whose checksums read the bytes in big-endian order. */
const MAGIC_BIG_ENDIAN = 0x377f0683;
const VERSION = 3_007_000;
/** The offsets of the salts in the header and in the header of each frame. */
const SALTS = 16;
const FRAME_SALTS = 8;
/** How many bytes of each header its checksum covers. */
const CHECKED_OF_HEADER = 24;
const CHECKED_OF_FRAME = 8;

/** What SQLite would silently drop: all changes, or those after a damaged frame. */
export interface WalProblem {
  drops: 'everything' | 'the end';
  text: string;
}

/**
 * Looks for changes in a write-ahead log that SQLite would not read. An incomplete end of the log, which a killed process
 * leaves, is no problem, because it was never committed.
 *
 * @param file the log, which has to exist
 * @returns undefined if there is no problem, or the log is empty
 */
export function problemWithWal(file: string): WalProblem | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    return size === 0 ? undefined : new WalReader(descriptor, size).problem();
  } finally {
    closeSync(descriptor);
  }
}

class WalReader {
  private isBigEndian = false;
  private sums: [number, number] = [0, 0];

  constructor(
    private readonly descriptor: number,
    private readonly size: number,
  ) {}

  problem(): WalProblem | undefined {
    const header = this.read(0, HEADER_BYTES);
    const pageSize = this.pageSizeOf(header);
    if (pageSize === undefined) return { drops: 'everything', text: 'its header is damaged' };
    const salts = header.subarray(SALTS, SALTS + 8);
    const frameBytes = FRAME_HEADER_BYTES + pageSize;
    const frames = Math.floor((this.size - HEADER_BYTES) / frameBytes);
    const at = (frame: number): number => HEADER_BYTES + frame * frameBytes;
    let frame = 0;
    while (frame < frames && this.isSound(this.read(at(frame), frameBytes), salts)) frame++;
    // Frames of an earlier log have other salts. Frames of a transaction that was rolled back contain no commit.
    for (let later = frame + 1; later < frames; later++) {
      if (commits(this.read(at(later), FRAME_HEADER_BYTES), salts))
        return { drops: 'the end', text: `page ${frame + 1} of its ${frames} is damaged` };
    }
    return undefined;
  }

  private pageSizeOf(header: Buffer): number | undefined {
    if (header.length < HEADER_BYTES) return undefined;
    const magic = header.readUInt32BE(0);
    const pageSize = header.readUInt32BE(8);
    const isPowerOfTwo = (pageSize & (pageSize - 1)) === 0;
    if (magic !== MAGIC && magic !== MAGIC_BIG_ENDIAN) return undefined;
    if (header.readUInt32BE(4) !== VERSION || pageSize < 512 || pageSize > 65_536 || !isPowerOfTwo)
      return undefined;
    this.isBigEndian = magic === MAGIC_BIG_ENDIAN;
    this.add(header.subarray(0, CHECKED_OF_HEADER));
    return this.hasSums(header, CHECKED_OF_HEADER) ? pageSize : undefined;
  }

  private isSound(frame: Buffer, salts: Buffer): boolean {
    if (!frame.subarray(FRAME_SALTS, FRAME_SALTS + 8).equals(salts)) return false;
    this.add(frame.subarray(0, CHECKED_OF_FRAME));
    this.add(frame.subarray(FRAME_HEADER_BYTES));
    return this.hasSums(frame, 16);
  }

  /** Continues the checksum. Each checksum in the log includes all bytes before it. */
  private add(bytes: Buffer): void {
    let [one, two] = this.sums;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; at += 8) {
      one = (one + view.getUint32(at, !this.isBigEndian) + two) >>> 0;
      two = (two + view.getUint32(at + 4, !this.isBigEndian) + one) >>> 0;
    }
    this.sums = [one, two];
  }

  private hasSums(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.sums[0] && bytes.readUInt32BE(at + 4) === this.sums[1];
  }

  private read(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(this.descriptor, bytes, 0, length, at));
  }
}

/** Whether a frame of this log ends a transaction. Such a frame contains the number of the database's pages. */
function commits(header: Buffer, salts: Buffer): boolean {
  return header.readUInt32BE(4) !== 0 && header.subarray(FRAME_SALTS, FRAME_SALTS + 8).equals(salts);
}
