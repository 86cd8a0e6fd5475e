import { RetryAfterError, type InngestFunction } from 'inngest';
import { about, keyOf, on, type Kit } from './journaled.js';
import { SEQUENCES } from './names.js';

/**
 * Functions with many kinds of steps: sequential, parallel and failing ones, and steps that the server executes.
 *
 * @param home the URL at which this app answers `ok`
 */
export function stepFunctions({ client, steps }: Kit, home: string): InngestFunction.Any[] {
  return [
    client.createFunction(on('pipeline'), async (context) => {
      await steps.runAll(context, SEQUENCES['pipeline']!);
      return about(keyOf(context));
    }),

    client.createFunction({ ...on('plain'), checkpointing: false }, async (context) => {
      await steps.runAll(context, SEQUENCES['plain']!);
      return about(keyOf(context));
    }),

    client.createFunction({ ...on('parallel'), concurrency: 4 }, async (context) => {
      await Promise.all(['a', 'b', 'c'].map((id) => steps.run(context, id)));
      await steps.run(context, 'joined');
      return about(keyOf(context));
    }),

    client.createFunction(on('flaky'), async (context) => {
      const [before, failing] = SEQUENCES['flaky'] as [string, string];
      await steps.run(context, before);
      const { attempt } = context;
      await context.step.run('fails once', () => {
        if (attempt === 0) throw new RetryAfterError('not yet', '2s');
      });
      await steps.run(context, failing);
      return about(keyOf(context));
    }),

    client.createFunction(
      on('fetcher'),
      steps.around('fetcher', async (context) => {
        const response: Response = await context.step.fetch(home);
        return about((await response.text()) === 'ok' ? keyOf(context) : 'something else came');
      }),
    ),
  ];
}
