import { InngestHarness } from './support/inngest-harness.js';

/** Inngest's own delays, in seconds, before up to 30 seconds of jitter. */
const DELAYS = [15, 30, 60, 120, 300];

describe('An app that is away', () => {
  let inngest: InngestHarness;

  beforeEach(async () => {
    inngest = await InngestHarness.forFunctions([]);
  });

  afterEach(() => inngest.close());

  it("is called again with the server's own backoff, until its attempts are used up", async () => {
    await inngest.post('/fn/register', {
      appName: 'away',
      // Nothing listens on the discard port.
      url: 'http://localhost:9/api/inngest',
      functions: [
        {
          id: 'away-work',
          name: 'work',
          triggers: [{ event: 'away/asked' }],
          steps: {
            step: {
              id: 'step',
              name: 'step',
              runtime: { type: 'http', url: 'http://localhost:9/api/inngest?fnId=away-work&stepId=step' },
              retries: { attempts: DELAYS.length },
            },
          },
        },
      ],
    });
    const [eventId] = await inngest.send({ name: 'away/asked', data: {} });

    const run = await inngest.ended(eventId);

    expect(run.status).toBe('FAILED');
    expect(run.output).toMatchObject({ message: expect.stringContaining('could not be called') });
    const attempts = await inngest.attempts(run, 'Finalization');
    expect(attempts).toHaveLength(DELAYS.length + 1);
    DELAYS.forEach((seconds, index) => {
      const gap =
        Date.parse(attempts[index + 1]?.startedAt ?? '') - Date.parse(attempts[index]?.endedAt ?? '');
      expect(gap).toBeGreaterThanOrEqual(seconds * 1_000);
      expect(gap).toBeLessThan((seconds + 30) * 1_000);
    });
  });
});
