import { parseArgs } from 'node:util';
import { EMBEDDED, FLOOR, type OtherInngest } from './field.js';

export interface BenchOptions {
  /** The sections to run. */
  readonly sections: readonly string[];
  readonly others: readonly OtherInngest[];
  readonly isQuick: boolean;
  readonly isJson: boolean;
  /** The file for the SVG picture of the section `profile`. */
  readonly svg?: string;
}

/** @returns undefined when the arguments ask for help @throws Error that says what is wrong with the arguments */
export function parseOptions(args: readonly string[], sections: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      url: { type: 'string', multiple: true, default: [] },
      pid: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      svg: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const only = values.only.flatMap((names) => names.split(','));
  const unknown = only.find((name) => !sections.includes(name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there are ${sections.join(', ')}.`);
  const pids = new Map(values.pid.map((text) => named('--pid', text)));
  const others = values.url.map((text) => {
    const [name, url] = named('--url', text);
    if (!/^[a-z0-9-]+$/.test(name) || [FLOOR, EMBEDDED].includes(name) || !URL.canParse(url))
      throw new Error(
        `--url ${text}: write NAME=URL, such as real=http://127.0.0.1:8288, with a name in a-z, 0-9 and -.`,
      );
    const pid = pids.get(name);
    pids.delete(name);
    return { name, url: url.replace(/\/$/, ''), ...(pid !== undefined && { pid: Number(pid) }) };
  });
  for (const name of pids.keys()) throw new Error(`--pid ${name}=…: there is no --url ${name}=….`);
  return {
    sections: sections.filter((name) => only.length === 0 || only.includes(name)),
    others,
    isQuick: values.quick,
    isJson: values.json,
    ...(values.svg !== undefined && { svg: values.svg }),
  };
}

function named(flag: string, text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`${flag} ${text}: write NAME=VALUE.`);
  return [text.slice(0, at), text.slice(at + 1)];
}
