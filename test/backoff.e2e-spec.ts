import { InngestHarness } from '../src/testing/nest.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Inngest's own delays, in seconds, before up to 30 seconds of jitter; the last one repeats. */
const DELAYS = [
  15,
  30,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  40 * MINUTE,
  HOUR,
  2 * HOUR,
  2 * HOUR,
];
const JITTER = 30;

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
    const jitters = DELAYS.map((seconds, index) => {
      const { startedAt = '' } = attempts[index + 1] ?? {};
      const { endedAt = '' } = attempts[index] ?? {};
      return (Date.parse(startedAt) - Date.parse(endedAt)) / 1_000 - seconds;
    });
    expect(Math.min(...jitters)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...jitters)).toBeLessThan(JITTER);
    expect(new Set(jitters).size).toBeGreaterThan(1);
  });
});
