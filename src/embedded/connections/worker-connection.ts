import type { Kind } from '../protocol/connect/messages.js';

/** An app of a connected worker. */
export interface ConnectedApp {
  readonly name: string;
  /** The slugs of the functions that this worker has. */
  readonly slugs: ReadonlySet<string>;
}

/** A connection whose worker has sent its first message, the introduction. */
export interface WorkerConnection {
  readonly id: string;
  /** Names the worker process. Its connections share {@link maxConcurrency}: it may reconnect while calls are under way. */
  readonly instanceId: string;
  readonly apps: readonly ConnectedApp[];
  /** How many calls the instance accepts at the same time; Infinity for no limit. */
  readonly maxConcurrency: number;
  /** Whether the worker gets what is sent to it: false as soon as one side has begun to close the connection. */
  isOpen(): boolean;
  send(kind: Kind, payload?: Uint8Array): void;
}

/** `connecting` until the worker reports that it accepts calls; `draining` after it reports that it accepts no more. */
export type Phase = 'connecting' | 'ready' | 'draining';
