/**
 * Smaller pieces are merged, because each buffer costs some hundred bytes in addition to its content. In bytes. The first
 * piece is not, as most bodies have no other, unless it is a part of a larger buffer.
 */
const SMALL = 4 * 1_024;
const BLOCK = 16 * 1_024;

/** Collects the pieces of a body with little more memory than they have bytes. */
export class Chunks {
  private readonly pieces: Buffer[] = [];
  private block: Buffer | undefined;
  private filled = 0;
  private size = 0;

  /** How many bytes have been added. */
  get length(): number {
    return this.size;
  }

  /** How much memory {@link add} will need for this piece, in bytes. */
  costOf(piece: Buffer): number {
    if (this.staysAlone(piece)) return piece.length;
    return this.block && this.filled + piece.length <= BLOCK ? 0 : BLOCK;
  }

  add(piece: Buffer): void {
    const staysAlone = this.staysAlone(piece);
    this.size += piece.length;
    if (staysAlone) {
      this.closeBlock();
      this.pieces.push(piece);
      return;
    }
    if (this.filled + piece.length > BLOCK) this.closeBlock();
    this.block ??= Buffer.allocUnsafeSlow(BLOCK);
    this.filled += piece.copy(this.block, this.filled);
  }

  concat(): Buffer {
    this.closeBlock();
    const [first] = this.pieces;
    return first && this.pieces.length === 1 ? first : Buffer.concat(this.pieces, this.size);
  }

  private staysAlone(piece: Buffer): boolean {
    return piece.length > SMALL || (this.size === 0 && piece.buffer.byteLength <= SMALL);
  }

  private closeBlock(): void {
    if (this.block) this.pieces.push(this.block.subarray(0, this.filled));
    this.block = undefined;
    this.filled = 0;
  }
}
