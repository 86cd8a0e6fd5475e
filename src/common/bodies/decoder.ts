import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** Node supports Zstandard from 22.15 on. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

const DECODERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: createZstdDecompress,
};

/** The supported content encodings, for error messages. */
export const ENCODINGS = `gzip, deflate, br${createZstdDecompress ? ', zstd' : ''}`;

/** The `Content-Encoding` is not supported. */
export class UnknownEncodingError extends Error {
  override readonly name = 'UnknownEncodingError';
}

/**
 * A decoder for this `Content-Encoding`; undefined if the body is not encoded. Only one encoding is supported, because
 * nested encodings multiply the size that a small body expands to.
 *
 * @throws UnknownEncodingError
 */
export function decoderFor(contentEncoding: string | undefined): Transform | undefined {
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return undefined;
  const create = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (create) return create();
  throw new UnknownEncodingError(
    `unsupported content encoding "${encoding}". Send the body without encoding, or with one of: ${ENCODINGS}.`,
  );
}
