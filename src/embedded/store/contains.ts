/** An SQL condition, with the values of its parameters. */
export interface Condition {
  sql: string;
  values: string[];
}

/** The columns in which to search. */
interface Columns {
  /** Columns that contain plain text. */
  plain?: readonly string[];
  /** Columns that contain JSON, in which text is escaped. */
  json?: readonly string[];
}

/**
 * A condition that finds a text anywhere in one of the columns and ignores case. In JSON it finds a text as it is in a value
 * (with quotes, backslashes and line breaks), and a text as it is in the JSON that the dashboard shows. It does not use
 * LIKE, which compares character by character from every position: that takes half a minute for a long text of one letter
 * in a few megabytes of the same letter.
 */
export function contains(text: string, { plain = [], json = [] }: Columns): Condition {
  const spellings = new Set([JSON.stringify(text).slice(1, -1), text, text.replace(/"\s*([:,])\s+/g, '"$1')]);
  return anyOf([
    ...plain.map((column) => foundIn(column, text)),
    ...json.flatMap((column) => [...spellings].map((spelling) => foundIn(column, spelling))),
  ]);
}

/** A condition that is true when at least one of these is true. */
export function anyOf(conditions: readonly Condition[]): Condition {
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(' OR ')})`,
    values: conditions.flatMap(({ values }) => values),
  };
}

function foundIn(column: string, text: string): Condition {
  const wanted = folded(text);
  let sql = `lower(${column})`;
  const values: string[] = [];
  for (const [capital, small] of capitalsIn(wanted)) {
    sql = `replace(${sql}, ?, ?)`;
    values.push(capital, small);
  }
  return { sql: `instr(${sql}, ?) > 0`, values: [...values, wanted] };
}

function folded(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/** The capitals of the text's letters outside ASCII, which SQLite's `lower` does not convert. */
function capitalsIn(wanted: string): [capital: string, small: string][] {
  const letters = new Set(Array.from(wanted).filter((letter) => (letter.codePointAt(0) ?? 0) > 127));
  return [...letters].flatMap((small) =>
    [small.toUpperCase(), ...(OTHER_FORMS.get(small) ?? [])]
      .filter((form) => form !== small && Array.from(form).length === 1)
      .map((form): [string, string] => [form, small]),
  );
}

/** Other forms of letters, which `toUpperCase` does not return. */
const OTHER_FORMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['σ', ['ς']],
  ['ß', ['ẞ']],
]);
