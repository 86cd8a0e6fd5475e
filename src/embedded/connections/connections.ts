import { Injectable } from '@nestjs/common';
import type { Release } from '../../clock/index.js';
import { AppCapacity } from '../functions/app-capacity.js';
import { uuidFor } from '../store/ids.js';
import { ConnectTiming } from './connect-timing.js';
import type { Phase, WorkerConnection } from './worker-connection.js';

interface Entry {
  readonly connection: WorkerConnection;
  phase: Phase;
  lastHeartbeat: number;
  /** The sequence number of its last call, counted over all connections. The lowest has waited longest for a call. */
  lastCall: number;
}

/** The right to make one call to a worker, until it is released. */
export interface Place {
  readonly connection: WorkerConnection;
  readonly release: Release;
}

/**
 * Why there is no place for a call:
 * - `full`: every worker with the function has as many calls as it accepts;
 * - `soon`: a worker is connecting, or is stopping and may be replaced;
 * - `none`: no worker has the function.
 */
export type NoPlace = 'full' | 'soon' | 'none';

/** The connections of all workers. It chooses the worker for each call. */
@Injectable()
export class Connections {
  private readonly entries = new Map<string, Entry>();
  /** The number of calls under way for each instance. */
  private readonly underWay = new Map<string, number>();
  /** The number of calls that each instance accepts, as its last connection reported. */
  private readonly capacities = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  /** The ids of functions for which no worker had room since the last change. */
  private readonly refused = new Set<string>();
  private calls = 0;

  constructor(
    private readonly timing: ConnectTiming,
    private readonly capacity: AppCapacity,
  ) {}

  /** Adds the connection of a worker that has introduced itself. It gets no calls before it is `ready`. */
  add(connection: WorkerConnection): void {
    const lastHeartbeat = this.timing.clock.steady();
    this.entries.set(connection.id, { connection, phase: 'connecting', lastHeartbeat, lastCall: 0 });
    this.capacities.set(connection.instanceId, connection.maxConcurrency);
    this.changed();
  }

  /** Sets whether the worker accepts calls. A `draining` worker stays draining. */
  enter(id: string, phase: Exclude<Phase, 'connecting'>): void {
    const entry = this.entries.get(id);
    if (!entry || entry.phase === 'draining') return;
    entry.phase = phase;
    this.changed();
  }

  /** Records a heartbeat. */
  heard(id: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    const wasHealthy = this.isHealthy(entry);
    entry.lastHeartbeat = this.timing.clock.steady();
    if (!wasHealthy && this.isHealthy(entry)) this.changed();
  }

  /** Removes a connection that has ended. */
  remove(connection: WorkerConnection): void {
    const { id, instanceId, apps } = connection;
    // A worker may use a token twice. Then the later connection with the id has replaced the earlier one.
    if (this.entries.get(id)?.connection !== connection) return;
    this.entries.delete(id);
    const isInstanceGone = [...this.entries.values()].every(
      ({ connection }) => connection.instanceId !== instanceId,
    );
    if (isInstanceGone && !this.underWay.has(instanceId)) this.capacities.delete(instanceId);
    this.changed(apps.map(({ name }) => name));
  }

  /** Takes a place with the worker that has the fewest calls, among the workers that have the function. */
  takePlace(appName: string, slug: string): Place | NoPlace {
    const ofApp = this.of(appName);
    const able = ofApp.filter((entry) => this.isHealthy(entry) && hasFunction(entry, appName, slug));
    if (able.length > 0) {
      const [first] = able.filter((entry) => this.hasRoom(entry)).toSorted((a, b) => this.compare(a, b));
      if (first) return this.occupy(first);
      this.refuse(slug);
      return 'full';
    }
    return ofApp.some(({ phase }) => phase !== 'ready') ? 'soon' : 'none';
  }

  /** Calls `listener` after every change of the connections. Returns a function that removes it. */
  onChange(listener: () => void): Release {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Holds back the calls of this function until the connections change. The app as a whole may have room: with workers
   * that are silent or do not have this function.
   */
  private refuse(slug: string): void {
    const functionId = uuidFor('function', slug);
    this.refused.add(functionId);
    this.capacity.set(functionId, false);
  }

  private occupy(entry: Entry): Place {
    const { connection } = entry;
    entry.lastCall = ++this.calls;
    this.count(connection.instanceId, 1);
    let isOver = false;
    const release = (): void => {
      if (!isOver) this.count(connection.instanceId, -1);
      isOver = true;
    };
    return { connection, release };
  }

  private of(appName: string): Entry[] {
    return [...this.entries.values()].filter(({ connection }) =>
      connection.apps.some(({ name }) => name === appName),
    );
  }

  private isHealthy({ connection, phase, lastHeartbeat }: Entry): boolean {
    // A call to a worker that is closing its connection would be lost, and be retried after its lease, two minutes later.
    if (!connection.isOpen()) return false;
    return phase === 'ready' && this.timing.clock.steady() - lastHeartbeat <= this.timing.staleMs;
  }

  private hasRoom({ connection: { instanceId } }: Entry): boolean {
    return this.loadOf(instanceId) < (this.capacities.get(instanceId) ?? Infinity);
  }

  private loadOf(instanceId: string): number {
    return this.underWay.get(instanceId) ?? 0;
  }

  private compare(a: Entry, b: Entry): number {
    const load = this.loadOf(a.connection.instanceId) - this.loadOf(b.connection.instanceId);
    return load === 0 ? a.lastCall - b.lastCall : load;
  }

  private count(instanceId: string, by: 1 | -1): void {
    const load = this.loadOf(instanceId) + by;
    if (load > 0) this.underWay.set(instanceId, load);
    else this.underWay.delete(instanceId);
    this.changed();
  }

  /** Updates the capacities and calls the listeners. @param gone the names of apps that may have lost their last connection */
  private changed(gone: readonly string[] = []): void {
    const connected = [...this.entries.values()].flatMap(({ connection }) => connection.apps);
    for (const name of new Set([...gone, ...connected.map((app) => app.name)])) {
      this.capacity.set(uuidFor('app', name), !this.isFull(name));
    }
    for (const functionId of this.refused) this.capacity.set(functionId, true);
    this.refused.clear();
    // A copy, because a listener may remove and add itself while it is called.
    const listeners = [...this.listeners];
    for (const listener of listeners) listener();
  }

  private isFull(appName: string): boolean {
    const ready = this.of(appName).filter(({ phase }) => phase === 'ready');
    return ready.length > 0 && ready.every((entry) => !this.hasRoom(entry));
  }
}

function hasFunction({ connection }: Entry, appName: string, slug: string): boolean {
  return connection.apps.some(({ name, slugs }) => name === appName && slugs.has(slug));
}
