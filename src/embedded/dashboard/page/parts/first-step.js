/** @import { AppView, FunctionView } from '../../../api/v2/answer-types/function.js' */

/**
 * What people can do if nothing has run yet.
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
      text: 'Start your worker: it registers its functions here when it starts. To make a running worker register:',
      command: 'curl -X PUT http://localhost:3001/api/inngest',
    };
  }
  if (event === undefined) {
    return {
      title: 'Nothing has run yet',
      text: 'No registered function has an event as its trigger. Invoke one on the page Functions, or wait for its schedule.',
    };
  }
  const body = JSON.stringify({ name: event, data: { taskId: 'first' } });
  return {
    title: 'Nothing has run yet',
    text: 'Send an event that triggers a function, with the button above or from a terminal:',
    command: `curl -X POST ${origin}/e/dev -H 'content-type: application/json' -d '${body}'`,
  };
}
