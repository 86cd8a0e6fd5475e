import { html } from 'htm/preact';
import { useRef, useState } from 'preact/hooks';
import { api } from '../data/api.js';
import { useResource, useTitle } from '../data/hooks.js';
import { EVERYTHING } from '../data/live.js';
import { href } from '../data/route.js';
import { Empty } from '../parts/empty.js';
import { firstStep } from '../parts/first-step.js';
import { Invoke } from '../parts/invoke.js';
import { Problem } from '../parts/problem.js';
import { describeConfiguration, describeTrigger } from './configuration-words.js';
import { PauseButton, PauseNotice, SkippedStarts } from './function-pause.js';
import { sampleFrom } from '../parts/sample.js';

/** @import { AppView, FunctionView } from '../../../api/v2/answer-types/function.js' */

/** A function to invoke, with the initial data. @typedef {{ fn: FunctionView, data: unknown }} Invocation */

export function FunctionsView() {
  useTitle('Functions');
  // The number of waiting calls of a paused function changes with its runs.
  const isPaused = useRef(false);
  const { data, error, reload } = useResource(
    (signal) => api.functions(signal),
    [],
    (change) => change === EVERYTHING || change.functions || (isPaused.current && change.runs.size > 0),
  );
  const [invocation, setInvocation] = useState(/** @type {Invocation | undefined} */ (undefined));
  const [problem, setProblem] = useState(/** @type {Error | undefined} */ (undefined));

  isPaused.current = data?.some(({ functions }) => functions.some(({ pause }) => pause)) ?? false;

  /** @param {FunctionView} fn */
  async function prepare(fn) {
    setProblem(undefined);
    try {
      setInvocation({ fn, data: await sampleFor(fn) });
    } catch (reason) {
      setProblem(/** @type {Error} */ (reason));
    }
  }

  return html`
    <div class="page">
      <div class="page-head"><h1>Functions</h1></div>
      <${Problem} error=${problem ?? error} onRetry=${reload} />
      ${data?.length === 0 && html`<${NoApps} />`}
      ${data?.map(({ app, functions }) => html`<${App} key=${app.id} app=${app} functions=${functions} onInvoke=${prepare} onProblem=${setProblem} />`)}
      ${invocation && html`<${Invoke} ...${invocation} onClose=${() => setInvocation(undefined)} />`}
    </div>
  `;
}

function NoApps() {
  const { title, text, command } = firstStep([], location.origin);
  return html`<${Empty} title=${title} command=${command}>${text}<//>`;
}

/**
 * @typedef {object} Doing
 * @property {(fn: FunctionView) => void} onInvoke
 * @property {(error: Error | undefined) => void} onProblem
 */

/** @param {{ app: AppView, functions: FunctionView[] } & Doing} properties */
function App({ app, functions, ...doing }) {
  const { url, sdkLanguage, sdkVersion } = app.latestSync;
  return html`
    <section class="app">
      <header class="app-head">
        <h2>${app.name}</h2>
        <p class="muted">
          <span class="code">${url}</span>
          ${sdkVersion && html` · ${sdkLanguage} SDK ${sdkVersion.replace(/^v/, '')}`}
        </p>
      </header>
      <ul class="functions">
        ${functions.map((fn) => html`<li key=${fn.id}><${Function} fn=${fn} ...${doing} /></li>`)}
      </ul>
    </section>
  `;
}

/** @param {{ fn: FunctionView } & Doing} properties */
function Function({ fn, onInvoke, onProblem }) {
  const rules = describeConfiguration(fn.configuration);
  return html`
    <article class="function" aria-label=${fn.name}>
      <div class="function-head">
        <h3>${fn.name}</h3>
        ${fn.id !== fn.name && html`<span class="code muted">${fn.id}</span>`}
        <div class="actions">
          <a class="button" href=${href(['runs'], { function: `${fn.app.id}-${fn.id}` })}>Runs</a>
          <button type="button" class="button" onClick=${() => onInvoke(fn)}>Invoke…</button>
          <${PauseButton} fn=${fn} onProblem=${onProblem} />
        </div>
      </div>
      ${fn.pause && html`<${PauseNotice} fn=${fn} />`}
      <ul class="triggers">
        ${fn.triggers.map((trigger) => html`<li>${withCode(describeTrigger(trigger))}</li>`)}
      </ul>
      <ul class="rules">
        ${rules.map((rule) => html`<li>${withCode(rule)}</li>`)}
      </ul>
      <${SkippedStarts} fn=${fn} />
    </article>
  `;
}

/**
 * Shows text in backticks as code.
 *
 * @param {string} text
 */
function withCode(text) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

/**
 * The data of the last event that triggers the function; without one, a sample with the fields that its configuration reads.
 *
 * @param {FunctionView} fn
 */
async function sampleFor(fn) {
  const name = fn.triggers.find(({ type, value }) => type === 'EVENT' && !value.endsWith('*'))?.value;
  if (name === undefined) return {};
  const { data } = await api.events({ name, limit: 1, includeInternal: true });
  return data[0]?.data ?? sampleFrom(fn.configuration);
}
