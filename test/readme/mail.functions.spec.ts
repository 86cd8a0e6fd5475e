import { InngestHarness } from '../../src/testing/nest.js';
import { MailFunctions, Mailer } from './mail.functions.js';

it('sends the mail after an hour', async () => {
  const inngest = await InngestHarness.forFunctions([MailFunctions, Mailer]);
  const [eventId] = await inngest.send({ name: 'mail/requested', data: { to: 'a@example.com' } });
  const run = await inngest.ended(eventId); // an hour passes in milliseconds
  expect(run.status).toBe('COMPLETED');
  await inngest.close();
});
