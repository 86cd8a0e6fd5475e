/** Whether this process has been given a WebSocket by {@link provideWebSocket}. */
let isProvided = false;

/**
 * Sees to it that the SDK finds a WebSocket. Node has one from 22.4 on; before, undici's becomes the global of this thread.
 *
 * @returns whether threads have a WebSocket of their own, too: a global of this one does not reach them
 */
export async function provideWebSocket(): Promise<{ inThreads: boolean }> {
  if ((globalThis.WebSocket as unknown) === undefined) {
    const { WebSocket } = await import('undici');
    Object.assign(globalThis, { WebSocket });
    isProvided = true;
  }
  return { inThreads: !isProvided };
}
