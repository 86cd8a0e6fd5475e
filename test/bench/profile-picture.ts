import type { Figure } from './report.js';

const WIDTH = 760;
const LEFT = 150;
const BAR = { height: 34, gap: 26, top: 64 };
/** Dark enough for white text, light enough for a dark page. */
const COLOURS = ['#1d4e89', '#2c74b3', '#7a5195', '#b85c0e', '#8a8a8a', '#2f7d52'];

/**
 * Draws the figures of the section `profile` as SVG: a bar for each kind of run, and a legend. It is readable on light and dark
 * pages.
 */
export function profilePicture(figures: readonly Figure[], title: string): string {
  const subjects = [...new Set(figures.map(({ subject }) => subject))];
  const names = [...new Set(figures.map(({ name }) => name))];
  const of = (subject: string, name: string): number =>
    figures.find((one) => one.subject === subject && one.name === name)?.value ?? 0;
  const total = (subject: string): number => names.reduce((sum, name) => sum + of(subject, name), 0);
  const scale = (WIDTH - LEFT - 80) / Math.max(...subjects.map(total));

  const bars = subjects.map((subject, row) => {
    const y = BAR.top + row * (BAR.height + BAR.gap);
    let x = LEFT;
    const parts = names.map((name, index) => {
      const width = of(subject, name) * scale;
      const label = of(subject, name).toFixed(2);
      const text =
        width > 34
          ? `<text class="in" x="${round(x + width / 2)}" y="${y + 22}" text-anchor="middle">${label}</text>`
          : '';
      const rectangle =
        `<rect x="${round(x)}" y="${y}" width="${round(width)}" height="${BAR.height}" fill="${COLOURS[index]}">` +
        `<title>${name}: ${label} ms</title></rect>${text}`;
      x += width;
      return rectangle;
    });
    const label = subject.replace(/^.*, /, '');
    return [
      `<text x="${LEFT - 10}" y="${y + 22}" text-anchor="end">${label}</text>`,
      ...parts,
      `<text x="${round(x + 8)}" y="${y + 22}">${total(subject).toFixed(1)} ms</text>`,
    ].join('\n  ');
  });

  const legendTop = BAR.top + subjects.length * (BAR.height + BAR.gap) + 8;
  const legend = names.map((name, index) => {
    const x = LEFT + (index % 3) * 190;
    const y = legendTop + Math.floor(index / 3) * 24;
    return `<rect x="${x}" y="${y}" width="14" height="14" fill="${COLOURS[index]}"/><text x="${x + 20}" y="${y + 12}">${name}</text>`;
  });
  const height = legendTop + Math.ceil(names.length / 3) * 24 + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .title { font-weight: 600; font-size: 15px; }
    .in { fill: #fff; }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .in { fill: #fff; } }
  </style>
  <text class="title" x="20" y="32">${title}</text>
  ${[...bars, ...legend].join('\n  ')}
</svg>
`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
