import { isRecord } from '../common/is-record.js';
import { parseJson } from '../common/parse-json.js';

/** The ids of what has changed since the last notice. */
export interface ChangeNotice {
  readonly runs: ReadonlySet<string>;
  readonly events: ReadonlySet<string>;
}

/** No notice has this many characters. If a message is longer, the server does not send notices. */
const LONGEST_NOTICE = 4 * 1024 * 1024;

/**
 * The notices of a stream of changes (Server-Sent Events), until it ends.
 *
 * @throws Error if the stream breaks, or if a message is longer than 4 MiB
 */
export async function* noticesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<ChangeNotice> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const notice = noticeIn(text.slice(0, end));
      text = text.slice(end + 2);
      if (notice) yield notice;
    }
    if (text.length > LONGEST_NOTICE) throw new Error('A notice of changes is too long.');
  }
}

function noticeIn(message: string): ChangeNotice | undefined {
  const line = message.split('\n').find((field) => field.startsWith('data: '));
  const data = line === undefined ? undefined : parseJson(line.slice('data: '.length));
  return isRecord(data) ? { runs: idsIn(data['runs']), events: idsIn(data['events']) } : undefined;
}

function idsIn(value: unknown): Set<string> {
  return new Set(Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []);
}
