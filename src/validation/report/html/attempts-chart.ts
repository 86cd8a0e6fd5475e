import type { AttemptsPicture } from '../../checking/picture.js';
import { seconds } from '../words.js';
import { Chart } from './chart.js';

const ROW = 28;
const BAR = 12;
const TOP = 14;
/** The minimum width of a wait that gets a label, in pixels. */
const ROOM_FOR_TEXT = 40;

/** Shows when the attempts of a run's steps executed. */
export function attemptsChart({ rows }: AttemptsPicture): string {
  const endMs = Math.max(1, ...rows.flatMap(({ attempts }) => attempts.map(({ to }) => to)));
  const chart = new Chart({
    label: 'Attempts of the steps of a run',
    endMs,
    height: rows.length * ROW,
    left: 176,
  });
  for (const [i, { step, attempts }] of rows.entries()) {
    const middle = TOP + i * ROW + ROW / 2;
    chart.text(168, middle + 4, step, 'tick end');
    for (const [j, { to }] of attempts.entries()) {
      const next = attempts[j + 1];
      if (!next) continue;
      const [from, until] = [chart.x(to), chart.x(next.from)];
      chart.add(`<line x1="${from}" x2="${until}" y1="${middle}" y2="${middle}" class="wait"/>`);
      if (until - from >= ROOM_FOR_TEXT) {
        chart.text((from + until) / 2, middle - 6, seconds(next.from - to), 'tick middle');
      }
    }
    for (const [j, { from, to, failed }] of attempts.entries()) {
      const width = Math.max(4, chart.x(to) - chart.x(from));
      const title = `attempt ${j}, ${failed ? 'failed' : 'succeeded'}, at ${seconds(from)} for ${seconds(to - from)}`;
      chart.add(
        `<rect x="${chart.x(from)}" y="${middle - BAR / 2}" width="${width}" height="${BAR}" rx="2" ` +
          `class="${failed ? 'failed' : 'done'}"><title>${title}</title></rect>`,
      );
    }
  }
  return chart.toString();
}
