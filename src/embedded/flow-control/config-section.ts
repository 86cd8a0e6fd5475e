import { DurationError, formatDuration, parseDuration } from '../../common/duration.js';
import { isRecord } from '../../common/is-record.js';
import { unknownKeys, valueOf } from '../protocol/spelling.js';
import {
  compileCondition,
  compileExpression,
  type Expression,
  ExpressionSyntaxError,
} from '../expressions/index.js';
import { unstorable } from '../protocol/storable-text.js';

/** A mistake in a function's configuration. */
export interface ConfigMistake {
  /** Such as `throttle.period`. */
  field: string;
  /** The rest of a sentence that begins with the field. */
  problem: string;
  /** The position in the expression of the field. */
  position?: ExpressionSyntaxError['position'];
}

/** A hundred years. Longer durations would end at a time that cannot be shown as a date. */
const MAX_DURATION_MS = 100 * 366 * 24 * 60 * 60 * 1_000;

interface Bounds {
  min?: number;
  max?: number;
}

/**
 * A part of a function's configuration, as the SDK sent it. Its methods return typed values. They collect the mistakes, so
 * that one error can name all of them, and return undefined for a value that is absent or wrong.
 */
export class ConfigSection {
  private constructor(
    private readonly path: string,
    private readonly fields: Readonly<Record<string, unknown>>,
    private readonly mistakes: ConfigMistake[],
  ) {}

  /** The whole configuration. */
  static of(config: unknown, mistakes: ConfigMistake[]): ConfigSection {
    return new ConfigSection('', isRecord(config) ? config : {}, mistakes);
  }

  /** The object of `key`. @param known the fields that it may have */
  section(key: string, known: readonly string[]): ConfigSection | undefined {
    return this.has(key) ? this.toSection(this.at(key), this.get(key), known) : undefined;
  }

  /** The objects of the array of `key`, or its single object. @param known the fields that they may have */
  sections(key: string, known: readonly string[]): ConfigSection[] {
    if (!this.has(key)) return [];
    const value = this.get(key);
    if (!Array.isArray(value)) return [this.section(key, known)].filter((section) => section !== undefined);
    return value
      .map((item: unknown, at) => this.toSection(`${this.at(key)}[${at}]`, item, known))
      .filter((section) => section !== undefined);
  }

  /** Whether there is a value. null and "" are none, because SDKs send them for options that are not set. */
  has(key: string): boolean {
    const value = this.get(key);
    return value !== undefined && value !== '';
  }

  isNumber(key: string): boolean {
    return typeof this.get(key) === 'number';
  }

  isEmptyText(key: string): boolean {
    return this.get(key) === '';
  }

  /** Whether the object of `key` has one of these fields, with any value, also null. */
  hasWithin(key: string, fields: readonly string[]): boolean {
    const value = this.get(key);
    return isRecord(value) && Object.keys(value).some((name) => fields.includes(name.toLowerCase()));
  }

  text(key: string): string | undefined {
    const value = this.required(key);
    if (value === undefined) return undefined;
    const problem = unstorable(value);
    if (problem !== undefined) return this.wrong(key, problem);
    return typeof value === 'string' ? value : this.wrong(key, 'must be a string');
  }

  /** One of these words, in upper or lower case. */
  oneOf<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const value = this.required(key);
    if (value === undefined) return undefined;
    const word = typeof value === 'string' ? value.toLowerCase() : value;
    return (
      choices.find((choice) => choice === word) ?? this.wrong(key, `must be one of ${choices.join(', ')}`)
    );
  }

  /** A whole number. */
  count(key: string, { min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds): number | undefined {
    const value = this.required(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value))
      return this.wrong(key, 'must be a whole number');
    if (value < min) return this.wrong(key, `must be ${min} or more, not ${value}`);
    return value > max ? this.wrong(key, `must be ${max} or less, not ${value}`) : value;
  }

  /** Milliseconds. */
  duration(key: string, { min = 0, max = MAX_DURATION_MS }: Bounds = {}): number | undefined {
    const value = this.required(key);
    if (value === undefined) return undefined;
    try {
      const ms = parseDuration(value);
      if (ms < min) return this.wrong(key, `must be ${formatDuration(min)} or longer`);
      return ms > max ? this.wrong(key, `must be ${formatDuration(max)} or shorter`) : ms;
    } catch (error) {
      if (error instanceof DurationError) return this.wrong(key, error.message);
      throw error;
    }
  }

  expression(key: string): Expression | undefined {
    return this.compiled(key, compileExpression);
  }

  /** An expression in which only comparisons and logic are allowed. */
  condition(key: string): Expression | undefined {
    return this.compiled(key, compileCondition);
  }

  /** Adds a mistake. @param key the field, or '' for the section itself */
  wrong(key: string, problem: string, position?: ConfigMistake['position']): undefined {
    this.mistakes.push({ field: key === '' ? this.path : this.at(key), problem, position });
    return undefined;
  }

  private compiled(key: string, compile: (source: string) => Expression): Expression | undefined {
    if (!this.has(key)) return undefined;
    const source = this.get(key);
    if (typeof source !== 'string')
      return this.wrong(key, 'must be an expression, such as "event.data.userId"');
    try {
      return compile(source);
    } catch (error) {
      if (error instanceof ExpressionSyntaxError)
        return this.wrong(key, `is wrong: ${error.message}`, error.position);
      throw error;
    }
  }

  private required(key: string): unknown {
    return this.has(key) ? this.get(key) : this.wrong(key, 'is missing');
  }

  private get(key: string): unknown {
    return valueOf(this.fields, key);
  }

  private toSection(path: string, value: unknown, known: readonly string[]): ConfigSection | undefined {
    const section = new ConfigSection(path, isRecord(value) ? value : {}, this.mistakes);
    if (!isRecord(value)) return section.wrong('', 'must be an object');
    for (const key of unknownKeys(value, known)) {
      section.wrong(key, `is unknown; the known fields are ${known.join(', ')}`);
    }
    return section;
  }

  private at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }
}
