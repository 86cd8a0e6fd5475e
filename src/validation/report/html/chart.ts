import { escaped } from './markup.js';

const WIDTH = 760;
const LEFT = 44;
const RIGHT = 92;
const TOP = 14;
const BOTTOM = 34;

export interface ChartOptions {
  /** A description of the chart, for screen readers. */
  readonly label: string;
  /** The end of the time axis, in milliseconds. The axis starts at 0. */
  readonly endMs: number;
  /** The height of the plot, in pixels. */
  readonly height: number;
  /** The maximum of the vertical axis; absent for a chart without one. */
  readonly most?: number;
  /** The width of the row names on the left, in pixels. */
  readonly left?: number;
}

/** Draws an SVG chart with a time axis and an optional vertical axis of counts. Callers add the marks. */
export class Chart {
  private readonly marks: string[] = [];
  private readonly left: number;

  constructor(private readonly options: ChartOptions) {
    this.left = options.left ?? LEFT;
  }

  /** The horizontal position of a time in milliseconds. */
  x(ms: number): number {
    return round(this.left + (ms / Math.max(1, this.options.endMs)) * (WIDTH - this.left - RIGHT));
  }

  /** The vertical position of a count. */
  y(count: number): number {
    const { most = 1, height } = this.options;
    return round(TOP + height - (count / most) * height);
  }

  add(svg: string): void {
    this.marks.push(svg);
  }

  text(x: number, y: number, text: string, kind: string): void {
    this.add(`<text x="${x}" y="${y}" class="${kind}">${escaped(text)}</text>`);
  }

  /** Draws a line that keeps each count until the next time. */
  steps(points: readonly { readonly at: number; readonly count: number }[], kind: string): void {
    const [first, ...rest] = points;
    if (!first) return;
    const path = rest.map(({ at, count }) => `H${this.x(at)}V${this.y(count)}`).join('');
    const end = `H${this.x(this.options.endMs)}`;
    this.add(`<path d="M${this.x(first.at)} ${this.y(first.count)}${path}${end}" class="${kind}"/>`);
  }

  toString(): string {
    const { label, height } = this.options;
    const bottom = TOP + height + BOTTOM;
    return (
      `<svg viewBox="0 0 ${WIDTH} ${bottom}" role="img" aria-label="${escaped(label)}">` +
      `${this.timeAxis()}${this.countAxis()}${this.marks.join('')}</svg>`
    );
  }

  private timeAxis(): string {
    const { endMs, height } = this.options;
    const base = TOP + height;
    const ticks = ticksUpTo(endMs / 1_000).map((tick) => {
      const x = this.x(tick * 1_000);
      return `<text x="${x}" y="${base + 18}" class="tick middle">${tick} s</text>`;
    });
    return `<line x1="${this.left}" x2="${WIDTH - RIGHT}" y1="${base}" y2="${base}" class="axis"/>${ticks.join('')}`;
  }

  private countAxis(): string {
    const { most } = this.options;
    if (most === undefined) return '';
    return ticksUpTo(most)
      .map((tick) => {
        const y = this.y(tick);
        const line = `<line x1="${this.left}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" class="grid"/>`;
        return `${tick === 0 ? '' : line}<text x="${this.left - 8}" y="${y + 4}" class="tick end">${tick}</text>`;
      })
      .join('');
  }
}

/** Returns about five round numbers from 0 to at most `most`. */
function ticksUpTo(most: number): number[] {
  const rough = Math.max(most, Number.EPSILON) / 5;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => Number((i * step).toFixed(6)));
}

function round(position: number): number {
  return Number(position.toFixed(1));
}
