import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { BodyError } from './body.error.js';
import type { Share } from './byte-budget.js';
import { Chunks } from './chunks.js';
import { decoderFor } from './decoder.js';
import type { SlowSenders } from './slow-senders.js';

export interface ReadOptions {
  /** The largest decompressed size of the body, in bytes. */
  maxBytes: number;
  /** The body's share of the memory for all bodies. Released if reading fails; otherwise the caller releases it. */
  share: Share;
  slowSenders: SlowSenders;
}

/**
 * Reads the whole body of a request and decompresses it. It counts the decompressed size of each piece, and stops at
 * the first piece beyond a limit; it discards the rest as it arrives.
 *
 * @throws BodyError
 */
export function readBody(request: IncomingMessage, options: ReadOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { maxBytes, share, slowSenders } = options;
    const declared = Number(request.headers['content-length']) || undefined;
    const chunks = new Chunks();
    const decoder = decoderOf(request);
    const source: Readable = decoder ?? request;

    const stop = (): void => {
      stopWatching();
      source.off('data', onData).off('end', onEnd);
      request.off('close', onClose);
      if (decoder) request.unpipe(decoder);
      decoder?.destroy();
      // Errors of the rest do not matter, but without a listener they would end the process.
      for (const stream of new Set([request, source]))
        stream.off('error', onError).on('error', () => undefined);
      request.resume();
    };
    const fail = (error: BodyError): void => {
      stop();
      share.release();
      reject(error);
    };
    const onData = (piece: Buffer): void => {
      const isTooLarge = chunks.length + piece.length > maxBytes;
      if (isTooLarge) fail(new BodyError('too large', 'request entity too large', declared));
      else if (share.take(chunks.costOf(piece))) chunks.add(piece);
      else fail(new BodyError('busy', 'Too many large requests are being read. Try again in a moment.'));
    };
    const onEnd = (): void => {
      stop();
      resolve(chunks.concat());
    };
    const onError = (error: Error): void => {
      if (request.destroyed && !request.complete) onClose();
      else fail(new BodyError('damaged', `the request body could not be decoded: ${error.message}`));
    };
    const onClose = (): void => {
      if (!request.complete) fail(new BodyError('broken off', 'request aborted'));
    };

    const stopWatching = slowSenders.watch(request, () =>
      fail(new BodyError('too slow', 'The request body did not arrive in time.')),
    );
    if (request.destroyed && !request.complete) {
      onClose();
      return;
    }
    if (!decoder && declared !== undefined && declared > maxBytes) {
      fail(new BodyError('too large', 'request entity too large', declared));
      return;
    }
    for (const stream of new Set([request, source])) stream.on('error', onError);
    request.on('close', onClose);
    source.on('data', onData).on('end', onEnd);
    if (decoder) request.pipe(decoder);
  });
}

function decoderOf({ headers }: IncomingMessage): ReturnType<typeof decoderFor> {
  try {
    return decoderFor(headers['content-encoding']);
  } catch (error) {
    throw new BodyError('encoding', (error as Error).message);
  }
}
