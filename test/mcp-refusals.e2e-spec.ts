import { VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { closeAfterEach } from './support/close-after-each.js';
import { McpAgent } from './support/mcp-agent.js';

const NO_RUN = '01AN4Z07BY79KA1307SR9X4MV3';
const closing = closeAfterEach();

describe('The tools for agents', () => {
  // Refused requests change nothing, so one server is enough.
  let server: EmbeddedInngest;
  let agent: McpAgent;
  beforeAll(async () => {
    server = await EmbeddedInngest.start({ port: 0, logger: false, clock: new VirtualClock() });
    agent = await McpAgent.connect(server.url);
  });
  afterAll(async () => {
    await agent.close();
    await server.close();
  });

  it.each([
    ['send_event', {}, "must have required property 'name'"],
    ['send_event', { name: 'inngest/x' }, 'reserved for internal use'],
    ['send_event', { name: 'go', payload: 1 }, 'Unknown in the arguments: "payload"'],
    ['send_event', { name: 'go', eventIdSeed: 'x' }, '"eventIdSeed" must be'],
    ['get_run_status', { runId: 'x' }, 'Invalid run ID: x'],
    ['poll_run_status', { runIds: [NO_RUN] }, `${NO_RUN}: Run not found`],
    ['poll_run_status', { runIds: [] }, 'arguments/runIds must NOT have fewer than 1 items'],
    ['invoke_function', { functionId: 'none' }, 'Unknown function "none". Registered functions: none.'],
    ['list_runs', { status: ['LOST'] }, 'must be equal to one of the allowed values'],
    ['list_runs', { functionId: 'none' }, 'none'],
    ['why_is_it_waiting', { runId: NO_RUN, eventId: NO_RUN }, 'Send either "runId" or "eventId".'],
    ['why_is_it_waiting', { eventId: NO_RUN }, `Unknown event ${NO_RUN}.`],
    ['replay_from_step', { runId: NO_RUN, stepId: 'a' }, 'Run not found'],
    ['why_is_it_waiting', {}, 'Send either "runId" or "eventId".'],
    ['advance_clock', { by: 'soon' }, '"by" must be a duration'],
    ['fail_step', { stepId: 'charge', times: 0 }, 'must be >= 1'],
    ['fail_step', { stepId: 'charge', functionId: 'none' }, 'Unknown function "none"'],
    ['make_coffee', {}, 'Unknown tool "make_coffee"'],
  ])('refuse an invalid call of %s with a reason: %j', async (name, args, message) => {
    const { isError, text } = await agent.try(name, args);

    expect(isError).toBe(true);
    expect(text).toContain(message);
  });

  it("neither move the clock nor make steps fail on the machine's clock", async () => {
    const { url } = closing(await EmbeddedInngest.start({ port: 0, logger: false }));
    const other = closing(await McpAgent.connect(url));
    const names = await other.toolNames();

    expect(names).toContain('why_is_it_waiting');
    for (const name of ['advance_clock', 'fail_step']) {
      expect(names).not.toContain(name);
      const args = name === 'fail_step' ? { stepId: 'charge' } : { by: 'next' };
      expect(await other.try(name, args)).toMatchObject({
        isError: true,
        text: expect.stringContaining('needs a virtual clock'),
      });
    }
  });
});
