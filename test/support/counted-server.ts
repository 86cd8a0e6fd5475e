import { VirtualClock } from '../../src/clock/index.js';
import { Dispatcher } from '../../src/embedded/calls/dispatcher.js';
import { EmbeddedInngest } from '../../src/embedded/index.js';
import { EventIntake } from '../../src/embedded/intake/event-intake.js';
import { Registration } from '../../src/embedded/registration/registration.js';
import { openDriver } from '../../src/embedded/store/driver/open-driver.js';
import type { Turn } from '../../src/common/turn.js';
import { TurnWork } from '../../src/embedded/timers/turn-work.js';
import { CountingDriver } from './counting-driver.js';

const URL = 'http://localhost:1/api/inngest';

/** A turn without a time limit, so that the work per turn does not depend on the speed of the machine. */
const ENDLESS = { isOver: false } as Turn;
const OVER = { isOver: true } as Turn;

/** A server that makes no calls. The test runs its work turn by turn and counts its SQL statements. */
export class CountedServer {
  private constructor(
    readonly server: EmbeddedInngest,
    readonly clock: VirtualClock,
    private readonly driver: CountingDriver,
  ) {}

  /** @param functions the functions that the app "test" registers; triggers and steps are added */
  static async start(functions: Record<string, unknown>[], dataFile = ':memory:'): Promise<CountedServer> {
    const clock = new VirtualClock();
    let driver: CountingDriver | undefined;
    const server = await EmbeddedInngest.start({
      port: 0,
      clock,
      logger: false,
      dataFile,
      openDriver: (path) => (driver = new CountingDriver(openDriver(path))),
    });
    await server.app.get(Dispatcher).drain(0);
    const started = new CountedServer(server, clock, driver as CountingDriver);
    await started.register(functions);
    return started;
  }

  get<T>(type: new (...args: never[]) => T): T {
    return this.server.app.get(type);
  }

  async register(functions: Record<string, unknown>[]): Promise<void> {
    const step = { step: { id: 'step', name: 'step', runtime: { type: 'http', url: URL } } };
    const registration = {
      appName: 'test',
      url: URL,
      functions: functions.map((fn) => ({ name: fn['id'], triggers: [{ event: 'go' }], steps: step, ...fn })),
    };
    await this.get(Registration).register(registration, { kind: 'answer', from: URL, isNamed: true });
  }

  /** Sends events and delivers them. Returns their ids. */
  async send(name: string, data: readonly object[]): Promise<string[]> {
    const ids = await this.store(name, data);
    this.work();
    return ids;
  }

  /** Stores events without delivering them. Returns their ids. */
  async store(name: string, data: readonly object[]): Promise<string[]> {
    const events = data.map((one) => ({ name, data: one as Record<string, unknown> }));
    return (await this.get(EventIntake).accept(events)).ids;
  }

  /** Does all work that is due, except calls. */
  work(): void {
    while (this.get(TurnWork).doSome(() => ENDLESS).any);
  }

  /** Does one piece of each kind of work. */
  workOnce(): void {
    this.get(TurnWork).doSome(() => OVER);
  }

  /** Delivers events and fires timers. Does not run jobs. */
  deliverOnly(): void {
    while (this.get(TurnWork).doBeforeCalls(() => ENDLESS));
  }

  /** The number of statements that `something` executes plus the number of rows that it reads. */
  async cost(something: () => unknown): Promise<number> {
    const before = this.driver.count;
    await something();
    return this.driver.count - before;
  }

  async close(): Promise<void> {
    await this.server.close();
  }
}
