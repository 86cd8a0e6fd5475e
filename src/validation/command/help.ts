import { PROMISES } from '../promises/index.js';

export const HELP = `Finds out whether an Inngest keeps what it promises, with evidence.

  npm run validate                                     the embedded server, in virtual time: some seconds
  npm run validate -- --url http://localhost:8288      any Inngest, in real time: some minutes

What is tried
  --url <url>            the Inngest: a Dev Server, self-hosted, or https://api.inngest.com for Inngest Cloud
  --worker <url>         a worker that runs already; without it, one is started on a free port
  --app <id>             that worker's app at Inngest, when its address does not tell
  --journal <file>       that worker's DEMO_TASK_JOURNAL, as a second witness
  --serve-origin <url>   where the Inngest reaches the worker that is started, such as
                         http://host.docker.internal:4001 (or INNGEST_SERVE_ORIGIN)
  --event-key <key>      or INNGEST_EVENT_KEY
  --signing-key <key>    or INNGEST_SIGNING_KEY
  API_TOKENS             from the environment: those of the worker that is started; without it, one is made
  --only <ids>           only these promises, such as --only retries,throttle
  --list                 says which there are
  --tasks <n>            how many are sent at once to see throttle, concurrency and priority: 30, or 50 in virtual
                         time; each beyond 20 takes 3 s
  --seed <n>             decides the order of what is sent; printed, so that a run can be repeated

What comes out
  a table; with --details also every check, and where to look at the runs
  --json                 instead, the whole report as JSON on stdout (npm run -s validate -- --json)
  --html <file>          the report as one page, with pictures
  Exit code 0: every promise that was tried held. 1: one is broken. 2: nothing could be tried. 130: interrupted.
`;

/** All promises, one line each. */
export function listOfPromises(): string {
  const width = Math.max(...PROMISES.map(({ id }) => id.length));
  return PROMISES.map(({ id, title }) => `${id.padEnd(width)}  ${title}\n`).join('');
}
