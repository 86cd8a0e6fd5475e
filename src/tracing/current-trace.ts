import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<string>();

/** The trace id of the call in which this code runs (32 hexadecimal digits); undefined outside of calls. */
export function currentTraceId(): string | undefined {
  return storage.getStore();
}

/** Runs `work` in a trace. */
export function runInTrace<T>(traceId: string, work: () => T): T {
  return storage.run(traceId, work);
}
