import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** Node has Zstandard from 22.15 on. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

const DECODERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: createZstdDecompress,
};

/** What a compressed body may be compressed with, for errors. */
export const ENCODINGS = `gzip, deflate, br${createZstdDecompress ? ', zstd' : ''}`;

/** A `Content-Encoding` that nothing here decodes. */
export class UnknownEncodingError extends Error {
  override readonly name = 'UnknownEncodingError';
}

/**
 * What decodes a body with this `Content-Encoding`; undefined when it is not encoded. One encoding only: several, one
 * inside another, multiply how much a small body becomes.
 *
 * @throws UnknownEncodingError
 */
export function decoderFor(contentEncoding: string | undefined): Transform | undefined {
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return undefined;
  const create = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (create) return create();
  throw new UnknownEncodingError(
    `unsupported content encoding "${encoding}". Send the body as it is, or as one of: ${ENCODINGS}.`,
  );
}
