import { InngestHarness } from '../../../src/testing/nest.js';
import { AppModule, Mailbox, signedUp, Welcome } from './welcome.js';

it('asks after a week: the providers alone', async () => {
  const inngest = await InngestHarness.forFunctions([Welcome, Mailbox]);
  const [eventId] = await inngest.send({ name: signedUp.event });
  const run = await inngest.ended(eventId); // a week passes in milliseconds
  expect(run.status).toBe('COMPLETED');
  expect(inngest.app.nest.get(Mailbox).sent).toEqual(['Welcome!', 'How do you like it?']);
  await inngest.close();
});

it('tries the greeting again: the whole application', async () => {
  const inngest = await InngestHarness.start({ module: (url, clock) => AppModule.forRoot(url, clock) });
  inngest.failStep('greet', 1);
  const [eventId] = await inngest.send({ name: signedUp.event });
  const run = await inngest.ended(eventId);
  expect((await inngest.attempts(run, 'greet')).map(({ status }) => status)).toEqual(['FAILED', 'COMPLETED']);
  await inngest.close();
});
