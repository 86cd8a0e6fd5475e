/** @import { AppView, FunctionView } from '../../../api/v2/answer-types/function.js' */

/**
 * What to do when nothing has happened yet.
 *
 * @param {{ app: AppView, functions: FunctionView[] }[]} apps
 * @param {string} origin of the server
 */
export function firstStep(apps, origin) {
  const triggers = apps.flatMap(({ functions }) => functions.flatMap((fn) => fn.triggers));
  const event = triggers.find(({ type, value }) => type === 'EVENT' && !value.startsWith('inngest/'))?.value;
  if (apps.length === 0) {
    return {
      title: 'No app has registered yet',
      text: 'Start your worker; it registers its functions here by itself. One that runs already does it when it is asked to:',
      command: 'curl -X PUT http://localhost:3001/api/inngest',
    };
  }
  if (event === undefined) {
    return {
      title: 'Nothing has run yet',
      text: 'No registered function waits for an event. Invoke one on the page Functions, or wait for its schedule.',
    };
  }
  const body = JSON.stringify({ name: event, data: { taskId: 'first' } });
  return {
    title: 'Nothing has run yet',
    text: 'Send an event that a function waits for, with the button above or from a terminal:',
    command: `curl -X POST ${origin}/e/dev -H 'content-type: application/json' -d '${body}'`,
  };
}
