import { seconds } from '../words.js';
import type { StartsPicture } from '../../checking/picture.js';
import { Chart } from './chart.js';

/** Shows how many runs had started at each time, and how many the throttle allows. */
export function startsChart({ starts, limit, periodMs }: StartsPicture): string {
  const interval = periodMs / limit;
  const endMs = Math.max(periodMs / 2, starts.at(-1) ?? 0);
  const allowed = Array.from({ length: Math.floor(endMs / interval) + 1 }, (_, i) => ({
    at: i * interval,
    count: limit + i,
  }));
  const most = Math.max(starts.length, allowed.at(-1)?.count ?? 0) * 1.15;
  const chart = new Chart({ label: 'Starts of runs against the throttle', endMs, most, height: 240 });
  const above = allowed.map(({ at, count }) => `H${chart.x(at)}V${chart.y(count)}`).join('');
  const [left, right, top] = [chart.x(0), chart.x(endMs), chart.y(most)];
  chart.add(`<path d="M${left} ${top}${above}H${right}V${top}Z" class="forbidden"/>`);
  const seen = starts.map((at, i) => ({ at, count: i + 1 }));
  chart.steps([{ at: 0, count: 0 }, ...seen], 'series');
  for (const { at, count } of seen) {
    chart.add(
      `<circle cx="${chart.x(at)}" cy="${chart.y(count)}" r="3.5" class="dot"><title>start ${count} at ${seconds(at)}</title></circle>`,
    );
  }
  chart.text(left + 12, top + 18, 'more than the throttle allows', 'name muted');
  chart.text(right + 8, chart.y(starts.length) + 4, `${starts.length} started`, 'name');
  return chart.toString();
}
