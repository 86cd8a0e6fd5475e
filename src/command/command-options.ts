import { isIP } from 'node:net';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { DEV_SERVER_ONLY, FLAGS, type Flag, type FlagName } from './flags.js';
import { UsageError } from './usage.error.js';

/** What the arguments ask the command to do. */
export type CommandOptions = { kind: 'help' } | { kind: 'version' } | ({ kind: 'serve' } & ServeOptions);

export interface ServeOptions {
  /** The URLs at which apps serve their functions. */
  readonly urls: readonly string[];
  readonly port: number;
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly discovers: boolean;
  readonly polls: boolean;
  readonly pollIntervalMs: number;
  readonly retryIntervalMs?: number;
  readonly persists: boolean;
  readonly clock: 'wall' | 'virtual';
}

type Values = Partial<Record<FlagName, string | boolean | (string | boolean)[]>>;

const SECOND = 1_000;
const DAY_S = 24 * 60 * 60;

/**
 * Reads the arguments of the command.
 *
 * @throws UsageError naming every mistake
 */
export function parseCommand(args: readonly string[]): CommandOptions {
  const { values, mistakes } = readFlags(args);
  if (mistakes.length > 0) throw new UsageError(mistakes);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  return { kind: 'serve', ...new Reader(values).read() };
}

/** Reads the given flags, and the mistakes in them: unknown flags, and flags without their value. */
function readFlags(args: readonly string[]): { values: Values; mistakes: string[] } {
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    FLAGS.map(({ name, value, short, repeats }: Flag) => [
      name,
      { type: value ? 'string' : 'boolean', multiple: repeats ?? false, ...(short && { short }) } as const,
    ]),
  );
  // Not strict, so that the error names every mistake, not only the first.
  const { values, tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const mistakes = tokens.flatMap((token, at) => {
    if (token.kind === 'option') return mistakeOf(token);
    // A command line of the Dev Server begins with `dev`.
    const before = tokens[at - 1];
    // A value after an unknown option may belong to it.
    const isValue = before?.kind === 'option' && !FLAGS.some(({ name }) => name === before.name);
    return token.kind === 'positional' && !isValue && !(token.value === 'dev' && token.index === 0)
      ? [`"${token.value}" is not an option of this command. To name an app's address, use --sdk-url.`]
      : [];
  });
  const twice = FLAGS.filter(
    ({ name, ...flag }: Flag) =>
      flag.value &&
      !flag.repeats &&
      tokens.filter((token) => token.kind === 'option' && token.name === name).length > 1,
  );
  return { values, mistakes: [...mistakes, ...twice.map(({ name }) => `--${name} is given twice.`)] };
}

interface GivenFlag {
  readonly name: string;
  /** The flag as the user wrote it. */
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function mistakeOf({ name, rawName, value, inlineValue }: GivenFlag): string[] {
  const flag: Flag | undefined = FLAGS.find((known) => known.name === name);
  if (flag === undefined) {
    const reason = Object.hasOwn(DEV_SERVER_ONLY, name) ? DEV_SERVER_ONLY[name] : undefined;
    return [
      reason === undefined
        ? `Unknown option ${rawName}. Known options: ${FLAGS.map((known) => `--${known.name}`).join(', ')}.`
        : `The Dev Server's option ${rawName} is not supported: ${reason}.`,
    ];
  }
  // A value that begins with "-" is the next option.
  const isNext = !inlineValue && value?.startsWith('-');
  if (flag.value && (value === undefined || value === '' || isNext))
    return [`--${name} needs a value: --${name} <${flag.value}>.`];
  return flag.value || value === undefined ? [] : [`--${name} takes no value, not "${value}".`];
}

/** Reads the values of flags, and collects the mistakes in them. */
class Reader {
  private readonly mistakes: string[] = [];

  constructor(private readonly values: Values) {}

  /** @throws UsageError */
  read(): ServeOptions {
    const retryInterval = this.seconds('retry-interval');
    const options: ServeOptions = {
      urls: this.texts('sdk-url')
        .flatMap((text) => text.split(','))
        .map((text) => this.url(text.trim())),
      port: this.number('port', 'a whole number from 0 to 65535', [0, 65_535]) ?? 8288,
      host: this.host('host', this.text('host') ?? '127.0.0.1'),
      allowedHosts: this.texts('allowed-host').map((name) =>
        name === '*' ? name : this.host('allowed-host', name),
      ),
      discovers: !this.values['no-discovery'],
      polls: !this.values['no-poll'],
      pollIntervalMs: this.seconds('poll-interval') ?? 5 * SECOND,
      ...(retryInterval !== undefined && { retryIntervalMs: retryInterval }),
      persists: Boolean(this.values.persist),
      clock: this.clock(),
    };
    if (options.persists && options.clock === 'virtual') {
      this.mistakes.push(
        "--persist and --clock virtual exclude each other: a virtual clock starts at the machine's time, so after a " +
          'restart the times in the file would be in the future.',
      );
    }
    if (this.mistakes.length > 0) throw new UsageError(this.mistakes);
    return options;
  }

  private clock(): ServeOptions['clock'] {
    const clock = this.text('clock') ?? 'wall';
    if (clock === 'virtual' || clock === 'wall') return clock;
    this.refuse('clock', 'wall or virtual', clock);
    return 'wall';
  }

  private url(text: string): string {
    const url = text.includes('://') ? text : `http://${text}`;
    if (text === '' || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      this.refuse(
        'sdk-url',
        'the http(s) address of an app, such as http://localhost:3000/api/inngest',
        text,
      );
    }
    return url;
  }

  private host(flag: FlagName, text: string): string {
    if (isIP(text) === 0 && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text))
      this.refuse(flag, 'a host name or IP address without a port', text);
    return text;
  }

  private seconds(flag: FlagName): number | undefined {
    const seconds = this.number(flag, `a whole number of seconds from 1 to ${DAY_S}`, [1, DAY_S]);
    return seconds === undefined ? undefined : seconds * SECOND;
  }

  private number(flag: FlagName, what: string, [from, to]: [number, number]): number | undefined {
    const text = this.text(flag);
    if (text === undefined) return undefined;
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= from && number <= to)) this.refuse(flag, what, text);
    return number;
  }

  private text(flag: FlagName): string | undefined {
    return this.texts(flag)[0];
  }

  private texts(flag: FlagName): string[] {
    return [this.values[flag] ?? []].flat().filter((value) => typeof value === 'string');
  }

  private refuse(flag: FlagName, what: string, text: string): void {
    this.mistakes.push(`--${flag} must be ${what}, not "${text}".`);
  }
}
