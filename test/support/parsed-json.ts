const parse = JSON.parse.bind(JSON);

/** Counts the bytes that `JSON.parse` reads in this process, from {@link begin} to {@link end}. */
export class ParsedJson {
  bytes = 0;

  begin(): void {
    JSON.parse = (text: string, reviver?: Parameters<typeof parse>[1]): unknown => {
      this.bytes += Buffer.byteLength(text);
      return parse(text, reviver);
    };
  }

  end(): void {
    JSON.parse = parse;
  }
}

/** Parses JSON without counting it, for the tests themselves. */
export function parseUncounted<T>(text: string): T {
  return parse(text) as T;
}
