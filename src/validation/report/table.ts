import { printableTexts } from '../../common/printable.js';
import type { Outcome, Report } from '../checking/outcome.js';
import { dashboardUrl } from '../environment/target-address.js';

const MARKS = { held: '✓', broken: '✗', 'not tested': '–' } as const;
const RESULTS = { holds: 'held', broken: 'broken', unshown: 'not tested' } as const;
const COLOURS = { held: 32, broken: 31, 'not tested': 33 } as const;

/**
 * Formats a report for a terminal. Measured values may contain any text, so control characters and line breaks in them
 * are escaped.
 */
export class Table {
  constructor(private readonly colours: boolean) {}

  /** Formats one promise: its verdict on one line, then on separate lines what is broken, or why it was not tested. */
  outcome(measured: Outcome): string {
    const outcome = printableTexts(measured);
    const { title, verdict } = outcome;
    const line = `${this.mark(verdict)} ${title}${verdict === 'held' ? '' : `: ${verdict}`}`;
    return [line, ...reasons(outcome).map((reason) => `    ${reason}`), ''].join('\n');
  }

  /** @param details whether to list every check and the links to the runs */
  report(measured: Report, details = false): string {
    const report = printableTexts(measured);
    const { outcomes, stage, seed, tookMs, endedEarly, journal, remarks } = report;
    const rows = outcomes;
    const width = (cells: readonly string[]): number => Math.max(...cells.map((cell) => cell.length)) + 2;
    const ids = width(['promise', ...rows.map(({ id }) => id)]);
    const expectations = width(rows.map(({ expected }) => expected));
    const line = (verdict: string, id: string, expected: string, seen: string): string =>
      `${verdict} ${id.padEnd(ids)}${expected.padEnd(expectations)}${seen}`.trimEnd();
    const count = (verdict: Outcome['verdict']): number =>
      outcomes.filter((outcome) => outcome.verdict === verdict).length;
    return [
      '',
      this.bold(`${stage.slice(0, 1).toUpperCase()}${stage.slice(1)}`),
      '',
      this.bold(line(' ', 'promise', 'expected', 'measured')),
      ...rows.map(({ id, expected, measured: seen, verdict }) =>
        line(this.mark(verdict), id, expected, seen ?? (verdict === 'not tested' ? verdict : '')),
      ),
      '',
      ...(details ? outcomes.flatMap((outcome) => [...this.details(outcome, report), '']) : []),
      // The reason for an early end is printed only once.
      ...outcomes
        .filter(({ why }) => why === undefined || endedEarly?.startsWith(why) !== true)
        .flatMap((outcome) => reasons(outcome).map((reason) => `${outcome.id}: ${reason}`)),
      ...outcomes.flatMap(({ id, know }) => (know === undefined ? [] : [`${id}: ${know}`])),
      ...(endedEarly === undefined ? [] : [endedEarly]),
      ...remarks,
      ...(journal ? [] : ['Without a journal of the worker: what the API does not show could not be seen.']),
      `${count('held')} held, ${count('broken')} broken, ${count('not tested')} not tested; ` +
        `${Math.round(tookMs / 1_000)} s, seed ${seed}`,
      '',
    ].join('\n');
  }

  private details({ title, checks, notes, runs }: Outcome, { target, isLasting }: Report): string[] {
    const where = (id: string): string => (isLasting && dashboardUrl({ url: target }, id)) || id;
    return [
      this.bold(title),
      ...checks.map(
        ({ what, expected, measured, result }) =>
          `  ${this.mark(RESULTS[result])} ${what}: ${measured}${result === 'holds' ? '' : `, not ${expected}`}`,
      ),
      ...notes.map((note) => `  ${note}`),
      ...(runs.length === 0 ? [] : ['  Look at the runs:', ...runs.map((id) => `    ${where(id)}`)]),
    ];
  }

  private mark(verdict: Outcome['verdict']): string {
    return this.paint(COLOURS[verdict], MARKS[verdict]);
  }

  private bold(text: string): string {
    return this.colours ? `\u001b[1m${text}\u001b[22m` : text;
  }

  private paint(colour: number, text: string): string {
    return this.colours ? `\u001b[${colour}m${text}\u001b[39m` : text;
  }
}

/** What is broken, or why it was not tested; empty for a promise that held. */
function reasons({ verdict, checks, why }: Outcome): string[] {
  if (verdict === 'held') return [];
  const broken = checks.filter(({ result }) => result === 'broken');
  if (broken.length === 0) return why === undefined ? [] : [why];
  return broken.map(({ what, expected, measured }) => `${what}: expected ${expected}, measured ${measured}`);
}
