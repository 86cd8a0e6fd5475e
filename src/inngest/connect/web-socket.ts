/** Whether {@link provideWebSocket} has set the global `WebSocket`. */
let isProvided = false;

/**
 * Makes sure that the SDK finds a global `WebSocket`. Node has one since version 22.4. On older versions this sets that
 * of undici as the global of this thread.
 *
 * @returns `inThreads`: whether worker threads have a `WebSocket`, too. They do not inherit a global that was set in
 * this thread.
 */
export async function provideWebSocket(): Promise<{ inThreads: boolean }> {
  if ((globalThis.WebSocket as unknown) === undefined) {
    const { WebSocket } = await import('undici');
    Object.assign(globalThis, { WebSocket });
    isProvided = true;
  }
  return { inThreads: !isProvided };
}
