import type { ExecutingPicture } from '../../checking/picture.js';
import { Chart } from './chart.js';

/** Shows how many steps executed at the same time, and the limit. */
export function executingChart({ changes, limit }: ExecutingPicture): string {
  const endMs = changes.at(-1)?.at ?? 0;
  const most = Math.max(limit, ...changes.map(({ count }) => count)) + 1;
  const chart = new Chart({ label: 'Executing runs against the limit', endMs, most, height: 160 });
  const points = changes.map(({ at, count }) => `H${chart.x(at)}V${chart.y(count)}`).join('');
  const base = chart.y(0);
  chart.add(`<path d="M${chart.x(0)} ${base}${points}V${base}Z" class="area"/>`);
  chart.steps([{ at: 0, count: 0 }, ...changes], 'series');
  chart.steps([{ at: 0, count: limit }], 'limit');
  chart.text(chart.x(endMs) + 8, chart.y(limit) + 4, `limit ${limit}`, 'name muted');
  return chart.toString();
}
