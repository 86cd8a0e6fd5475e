import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<string>();

/** The id of the trace of the call that this code belongs to (32 hexadecimal digits); undefined outside of calls. */
export function currentTraceId(): string | undefined {
  return storage.getStore();
}

/** Runs `work` in a trace. */
export function runInTrace<T>(traceId: string, work: () => T): T {
  return storage.run(traceId, work);
}
