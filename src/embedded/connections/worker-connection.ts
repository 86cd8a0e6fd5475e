import type { Kind } from '../protocol/connect/messages.js';

/** An app of a connected worker. */
export interface ConnectedApp {
  readonly name: string;
  /** The slugs of the functions that this worker has. */
  readonly slugs: ReadonlySet<string>;
}

/** A connection of a worker that has introduced itself. */
export interface WorkerConnection {
  readonly id: string;
  /** Connections of one instance share its {@link maxConcurrency}: it may connect anew while calls are under way. */
  readonly instanceId: string;
  readonly apps: readonly ConnectedApp[];
  /** How many calls the instance takes at once; Infinity for no limit. */
  readonly maxConcurrency: number;
  send(kind: Kind, payload?: Uint8Array): void;
}

/** `connecting` until the worker says that it takes calls; `draining` once it takes no more. */
export type Phase = 'connecting' | 'ready' | 'draining';
