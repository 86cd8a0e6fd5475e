/** The style sheet of the page. Its colours follow the system's light or dark mode. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --page: #f9f9f7; --card: #fcfcfb; --ink: #0b0b0b; --muted: #52514e; --faint: #898781; --line: #e1e0d9; --axis: #c3c2b7;
  --series: #2a78d6; --area: #2a78d61f; --forbidden: #d03b3b24; --good: #0ca30c; --good-ink: #006300; --bad: #d03b3b; --bad-ink: #a32424;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d0d0d; --card: #1a1a19; --ink: #fff; --muted: #c3c2b7; --faint: #898781; --line: #2c2c2a; --axis: #383835;
    --series: #3987e5; --area: #3987e52e; --forbidden: #d03b3b3d; --good: #0ca30c; --good-ink: #5bd65b; --bad: #d03b3b; --bad-ink: #ff8a8a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 920px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 0; }
a { color: inherit; }
code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
.sub, .facts { color: var(--muted); margin: 0; }
.facts { margin-top: 20px; }
.counts { display: flex; gap: 12px; flex-wrap: wrap; margin: 20px 0; padding: 0; list-style: none; }
.counts li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 16px; min-width: 120px; }
.counts b { display: block; font-size: 26px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { min-width: 560px; border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 7px 12px 7px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--faint); font-weight: 500; border-top: 0; }
.verdict { white-space: nowrap; font-weight: 600; }
.held { color: var(--good-ink); } .broken { color: var(--bad-ink); } .untested { color: var(--muted); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 18px 20px; margin-top: 16px; }
section header { display: flex; gap: 12px; justify-content: space-between; align-items: baseline; flex-wrap: wrap; }
section p { margin: 8px 0; }
.why { border-left: 3px solid var(--axis); padding-left: 10px; }
.broken + p.why, section.is-broken .why { border-color: var(--bad); }
summary { cursor: pointer; color: var(--muted); margin-top: 6px; }
figure { margin: 16px 0 8px; }
figcaption { color: var(--muted); font-size: 13px; display: flex; gap: 16px; flex-wrap: wrap; }
.key::before { content: ''; display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; background: var(--mark); }
.key.dashed::before { background: none; border-top: 2px dashed var(--faint); border-radius: 0; height: 0; width: 16px; vertical-align: middle; }
svg { width: 100%; height: auto; display: block; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg .tick { fill: var(--faint); font-variant-numeric: tabular-nums; } svg .muted { fill: var(--muted); }
svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
.axis { stroke: var(--axis); } .grid { stroke: var(--line); }
.series { fill: none; stroke: var(--series); stroke-width: 2; } .area { fill: var(--area); }
.forbidden { fill: var(--forbidden); }
.dot { fill: var(--series); stroke: var(--card); stroke-width: 1; }
.limit { fill: none; stroke: var(--faint); stroke-width: 2; stroke-dasharray: 5 4; }
.wait { stroke: var(--axis); stroke-width: 2; } .done { fill: var(--series); } .failed { fill: var(--bad); }
@media print { section { break-inside: avoid; } }
`;
