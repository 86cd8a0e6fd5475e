import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppProcess } from './app/app-process.js';
import { CRON_PERIOD_MS } from './app/names.js';
import { Disturbances } from './disturbances.js';
import { DueWhileDown, KILLS_A_ROUND } from './due-while-down.js';
import type { Life } from './findings/evidence.js';
import { refusals } from './findings/flow-control.js';
import { judge } from './findings/judge.js';
import { InngestApi } from './inngest-api.js';
import { Journal } from './journal.js';
import { Load } from './load.js';
import type { Outcome } from './outcome.js';
import { Random } from './random.js';
import { freePort, ServerProcess } from './server-process.js';
import { readSnapshot } from './snapshot.js';

/**
 * How long a server lives after it is ready: until this many new steps have begun, plus some milliseconds. The life is counted in
 * steps so that a slow machine gets as far as a fast one. LONGEST_LIFE_MS limits it.
 */
const STEPS_OF_LIFE = { from: 1, to: 40 };
const REST_OF_LIFE_MS = { from: 0, to: 30 };
const LONGEST_LIFE_MS = 10_000;
const WATCH_EVERY_MS = 3;
/** The share of servers that are killed during their start, before they are ready. */
const KILLED_AT_START = 0.15;
const START_MS = 700;
/**
 * When no run has ended for this long, the remaining runs count as stuck. In milliseconds. It is longer than the backoff after
 * the fourth attempt, because a kill counts as a failed attempt if it hits the only call in progress.
 */
const PATIENCE_MS = 180_000;
/** The longest time without a server, in milliseconds. It is longer if a timer has to come due meanwhile. */
const LONGEST_REST_MS = 400;
/** How long before a cron tick a server is killed that has to miss the tick. */
const BEFORE_TICK_MS = 1_000;
const LOOK_EVERY_MS = 200;

export interface CampaignOptions {
  kills: number;
  seed: number;
  /** The path of the built program. */
  program: string;
  say: (line: string) => void;
}

/**
 * Kills servers under load and starts them again. Also suspends them and locks their data file. Checks that nothing was lost,
 * stuck or done twice.
 */
export class Campaign {
  /** The folder of the data file and the journal. */
  readonly folder = mkdtempSync(join(tmpdir(), 'crash-test-'));
  private readonly random: Random;
  private readonly journal = new Journal(join(this.folder, 'steps.jsonl'));
  private readonly dataFile = join(this.folder, 'inngest.db');
  private readonly lives: Life[] = [];
  private readonly underWay: number[] = [];
  private readonly restartsMs: number[] = [];
  private readonly due = new DueWhileDown();
  private readonly disturbances: Disturbances;

  constructor(private readonly options: CampaignOptions) {
    this.random = new Random(options.seed);
    this.disturbances = new Disturbances(this.random, this.dataFile);
  }

  async run(): Promise<Outcome> {
    const startedAt = Date.now();
    const [inngestPort, workerPort, appPort] = [await freePort(), await freePort(), await freePort()];
    const inngest = `http://localhost:${inngestPort}`;
    const start = (): ServerProcess =>
      ServerProcess.start(this.options.program, this.folder, {
        PORT: String(workerPort),
        INNGEST_EMBEDDED_PORT: String(inngestPort),
        INNGEST_EMBEDDED_DATA: this.dataFile,
        DEMO_TASK_JOURNAL: this.journal.file,
      });
    const load = new Load(this.random, inngest, `http://localhost:${workerPort}`, this.journal);
    const app = await AppProcess.start(appPort, inngest, this.journal.file);
    let server = start();
    try {
      await this.ready(server);
      await app.register();
      for (let kill = 1; kill <= this.options.kills; kill++) {
        await this.liveAndDie(server, load, kill);
        const rest = this.random.between(0, LONGEST_REST_MS);
        await sleep(Math.max(rest, this.due.restMs(kill, Date.now())));
        await this.disturbances.beforeStart();
        server = start();
        this.due.started(server.startedAt);
      }
      const readyAt = await this.ready(server);
      const findings = await Promise.race([
        this.finish(load, new InngestApi(inngest), readyAt),
        server.failure(),
      ]);
      return { ...findings, durationMs: Date.now() - startedAt };
    } finally {
      await server.kill();
      await app.stop();
    }
  }

  /** Puts a newly started server under load for a while, then kills it. */
  private async liveAndDie(server: ServerProcess, load: Load, kill: number): Promise<void> {
    const isStillborn = kill > 1 && this.random.chance(KILLED_AT_START);
    let readyAt: number | undefined;
    let loading: Promise<void> | undefined;
    let disturbing: Promise<void> | undefined;
    const killed = new AbortController();
    if (isStillborn) {
      await Promise.race([sleep(this.random.between(0, START_MS)), server.ready]);
    } else {
      readyAt = await this.ready(server);
      const end = new AbortController();
      loading = load.run(end.signal);
      disturbing = this.disturbances.during(server, killed.signal);
      await Promise.race([this.live(readyAt), loading, server.failure()]);
      end.abort();
      if (kill % KILLS_A_ROUND === 0 && this.due.isMissing('cron', kill))
        await Promise.race([untilShortlyBeforeTick(), server.failure()]);
    }
    const killedAt = Date.now();
    killed.abort();
    await server.kill();
    await loading;
    // The process that holds the lock may move the write-ahead log into the file when it closes the file.
    await disturbing;
    const { completed, underWay, pending } = readSnapshot(this.dataFile, this.folder);
    this.lives.push({ readyAt, killedAt, completed, journalLength: this.journal.entries().length });
    this.due.killed(killedAt, pending);
    if (!isStillborn) this.underWay.push(underWay);
    this.options.say(
      `Kill ${kill} of ${this.options.kills}: ${isStillborn ? 'while starting' : `${killedAt - readyAt!} ms after the start`}, ` +
        `${underWay} calls under way, ${completed.size} steps done`,
    );
  }

  private async live(readyAt: number): Promise<void> {
    const steps = this.journal.begun() + this.random.between(STEPS_OF_LIFE.from, STEPS_OF_LIFE.to);
    while (this.journal.begun() < steps && Date.now() < readyAt + LONGEST_LIFE_MS)
      await sleep(WATCH_EVERY_MS);
    await sleep(this.random.between(REST_OF_LIFE_MS.from, REST_OF_LIFE_MS.to));
  }

  /** Waits until a server is ready. Returns the time, in milliseconds since 1970. */
  private async ready(server: ServerProcess): Promise<number> {
    await server.ready;
    const readyAt = Date.now();
    this.restartsMs.push(readyAt - server.startedAt);
    return readyAt;
  }

  /** Waits until all runs have ended, or until there has been no progress for {@link PATIENCE_MS}. */
  private async finish(load: Load, api: InngestApi, readyAt: number): Promise<Omit<Outcome, 'durationMs'>> {
    let fewest = Number.POSITIVE_INFINITY;
    let progressAt = Date.now();
    for (;;) {
      await load.settle();
      const open = await api.openRuns();
      if (open < fewest) progressAt = Date.now();
      fewest = Math.min(fewest, open);
      const isOver = Date.now() - progressAt > PATIENCE_MS;
      if (open === 0 || isOver) {
        const outcome = await this.judge(load, api, readyAt);
        const { lost, stuck, notOnce } = outcome.findings;
        if (isOver || lost.length + stuck.length + notOnce.length === 0) return outcome;
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  private async judge(load: Load, api: InngestApi, readyAt: number): Promise<Omit<Outcome, 'durationMs'>> {
    const now = Date.now();
    const journal = this.journal.entries();
    const [events, runs] = [await api.events(), await api.runs()];
    const lives = [
      ...this.lives,
      { readyAt, killedAt: now, completed: new Set<string>(), journalLength: journal.length },
    ];
    const starts = journal.filter(({ phase }) => phase === 'start');
    const attempts = new Set(starts.map(({ runId, stepId, attempt }) => `${runId} ${stepId} ${attempt}`));
    return {
      findings: judge({ sent: load.sent, events, runs, journal, lives }),
      kills: this.lives.length,
      underWay: this.underWay,
      restartsMs: this.restartsMs,
      disturbances: this.disturbances,
      dueWhileDown: this.due.counts,
      refused: refusals(events),
      acknowledged: load.sent.filter(({ eventId }) => eventId !== undefined).length,
      runs: runs.length,
      steps: journal.filter(({ phase }) => phase === 'end').length,
      again: starts.length - attempts.size,
    };
  }
}

function untilShortlyBeforeTick(): Promise<void> {
  return sleep(CRON_PERIOD_MS - ((Date.now() + BEFORE_TICK_MS) % CRON_PERIOD_MS));
}
