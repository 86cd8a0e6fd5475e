import type { Outcome, Report } from '../../checking/outcome.js';
import { dashboardUrl } from '../../environment/target-address.js';
import type { Picture } from '../../checking/picture.js';
import { attemptsChart } from './attempts-chart.js';
import { executingChart } from './executing-chart.js';
import { escaped } from './markup.js';
import { startsChart } from './starts-chart.js';
import { STYLES } from './styles.js';

const VERDICTS = {
  held: { mark: '✓', kind: 'held' },
  broken: { mark: '✗', kind: 'broken' },
  'not tested': { mark: '–', kind: 'untested' },
} as const;

/** Renders the whole report as one page that works without a network. */
export function htmlReport(report: Report): string {
  const { stage, target, worker, appId, seed, startedAt, tookMs, endedEarly, journal, outcomes, remarks } =
    report;
  const facts = [
    `Inngest at ${target}, worker at ${worker}, app ${appId}`,
    `${startedAt.replace('T', ' ').slice(0, 19)} UTC, ${Math.round(tookMs / 1_000)} s, seed ${seed}`,
    journal
      ? 'Two witnesses: the API of that Inngest, and a journal that the steps wrote.'
      : 'One witness: the API of that Inngest. The worker kept no journal.',
    ...remarks,
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(headline(report))}</title>
<style>${STYLES}</style>
<main>
<h1>${escaped(headline(report))}</h1>
<p class="sub">${escaped(capitalized(stage))}</p>
${endedEarly === undefined ? '' : `<p class="why">${escaped(endedEarly)}</p>`}
<ul class="counts">${counts(outcomes)}</ul>
<div class="scroll"><table><thead><tr><th>Promise<th>Expected<th>Measured<th>Verdict</thead><tbody>
${outcomes.map(row).join('\n')}
</tbody></table></div>
${outcomes.map((outcome) => section(outcome, report)).join('\n')}
<p class="facts">${facts.map(escaped).join('<br>')}</p>
</main>
</html>
`;
}

function headline({ outcomes }: Report): string {
  const broken = outcomes.filter(({ verdict }) => verdict === 'broken').length;
  const held = outcomes.filter(({ verdict }) => verdict === 'held').length;
  if (broken > 0) return `This Inngest breaks ${broken} of ${broken + held} promises`;
  if (held === 0) return 'Nothing could be tried';
  return held === 1
    ? 'This Inngest keeps the promise that was tried'
    : `This Inngest keeps all ${held} promises that were tried`;
}

function counts(outcomes: readonly Outcome[]): string {
  return Object.entries(VERDICTS)
    .map(([verdict, { mark, kind }]) => {
      const count = outcomes.filter((outcome) => outcome.verdict === verdict).length;
      return `<li><b>${count}</b><span class="${kind}">${mark} ${verdict}</span></li>`;
    })
    .join('');
}

function verdictOf({ verdict }: Outcome): string {
  const { mark, kind } = VERDICTS[verdict];
  return `<span class="verdict ${kind}">${mark} ${verdict}</span>`;
}

function row(outcome: Outcome): string {
  const { id, title, expected, measured, why } = outcome;
  const seen = measured ?? why ?? '';
  return `<tr><td><a href="#${id}">${escaped(title)}</a><td>${escaped(expected)}<td>${escaped(seen)}<td>${verdictOf(outcome)}`;
}

function section(outcome: Outcome, report: Report): string {
  const { id, title, promised, know, why, verdict, checks, notes, pictures } = outcome;
  return `<section id="${id}" class="is-${VERDICTS[verdict].kind}">
<header><h2>${escaped(title)}</h2>${verdictOf(outcome)}</header>
<p>${escaped(promised)}</p>
${know === undefined ? '' : `<p>${escaped(know)}</p>`}
${why === undefined ? '' : `<p class="why">${escaped(why)}</p>`}
${pictures.map(figure).join('')}
${notes.map((note) => `<p>${escaped(note)}</p>`).join('')}
${checks.length === 0 ? '' : checksTable(outcome)}
${runLinks(outcome, report)}
</section>`;
}

function checksTable({ checks, verdict }: Outcome): string {
  const marks = { holds: '✓', broken: '✗', unshown: '–' } as const;
  const kinds = { holds: 'held', broken: 'broken', unshown: 'untested' } as const;
  const rows = checks.map(
    ({ what, expected, measured, result }) =>
      `<tr><td>${escaped(what)}<td>${escaped(expected)}<td>${escaped(measured)}<td class="${kinds[result]}">${marks[result]}`,
  );
  return (
    `<details${verdict === 'broken' ? ' open' : ''}><summary>What was checked (${checks.length})</summary>` +
    `<div class="scroll"><table><thead><tr><th>What<th>Expected<th>Measured<th></thead><tbody>${rows.join('')}</tbody></table></div></details>`
  );
}

/** Links the runs. If the server no longer runs, it only lists their ids. */
function runLinks({ runs }: Outcome, { target, isLasting }: Report): string {
  if (runs.length === 0) return '';
  const links = runs.map((id) => {
    const url = isLasting ? dashboardUrl({ url: target }, id) : undefined;
    const text = `<code>${escaped(id)}</code>`;
    return url === undefined ? text : `<a href="${escaped(url)}">${text}</a>`;
  });
  return `<details><summary>Runs (${runs.length})</summary><p>${links.join(' ')}</p></details>`;
}

function figure(picture: Picture): string {
  if (picture.kind === 'starts') {
    const caption = 'Runs started since the first, and the most that the throttle allows by then.';
    return drawn(
      startsChart(picture),
      caption,
      key('--series', 'started') + key('--forbidden', 'more than allowed'),
    );
  }
  if (picture.kind === 'executing') {
    const caption = 'Steps that were executing at once.';
    return drawn(executingChart(picture), caption, key('--series', 'executing') + dashedKey('limit'));
  }
  const caption = 'Attempts of the steps, and the waits between them.';
  return drawn(attemptsChart(picture), caption, key('--series', 'succeeded') + key('--bad', 'failed'));
}

function drawn(svg: string, caption: string, keys: string): string {
  return `<figure><figcaption><span>${escaped(caption)}</span>${keys}</figcaption>${svg}</figure>`;
}

function key(colour: string, name: string): string {
  return `<span class="key" style="--mark: var(${colour})">${name}</span>`;
}

function dashedKey(name: string): string {
  return `<span class="key dashed">${name}</span>`;
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
