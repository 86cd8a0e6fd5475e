/** A condition of SQL, with the values of its parameters. */
export interface Condition {
  sql: string;
  values: string[];
}

/** Where a text is looked for. */
interface Columns {
  /** Columns that hold a text as it is. */
  plain?: readonly string[];
  /** Columns that hold JSON, in which a text is escaped. */
  json?: readonly string[];
}

/**
 * A condition that finds a text anywhere in one of the columns, in upper or lower case. In JSON it finds both what a value
 * says (a quote, a backslash, a line break of it) and the JSON itself as the dashboard shows it. Not LIKE: that compares
 * character by character from every place, which takes half a minute for a few megabytes of one letter and a long text of
 * the same.
 */
export function contains(text: string, { plain = [], json = [] }: Columns): Condition {
  const spellings = new Set([JSON.stringify(text).slice(1, -1), text, text.replace(/"\s*([:,])\s+/g, '"$1')]);
  return anyOf([
    ...plain.map((column) => found(column, text)),
    ...json.flatMap((column) => [...spellings].map((spelling) => found(column, spelling))),
  ]);
}

/** A condition that holds when one of these does. */
export function anyOf(conditions: readonly Condition[]): Condition {
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(' OR ')})`,
    values: conditions.flatMap(({ values }) => values),
  };
}

function found(column: string, text: string): Condition {
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

/** SQLite's `lower` knows the letters of ASCII only: the other forms of the letters that are looked for. */
function capitalsIn(wanted: string): [capital: string, small: string][] {
  const letters = new Set(Array.from(wanted).filter((letter) => (letter.codePointAt(0) ?? 0) > 127));
  return [...letters].flatMap((small) =>
    [small.toUpperCase(), ...(OTHER_FORMS.get(small) ?? [])]
      .filter((form) => form !== small && Array.from(form).length === 1)
      .map((form): [string, string] => [form, small]),
  );
}

/** Forms that `toUpperCase` does not give. */
const OTHER_FORMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['σ', ['ς']],
  ['ß', ['ẞ']],
]);
