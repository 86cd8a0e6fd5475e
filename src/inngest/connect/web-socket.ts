/** Whether {@link provideWebSocket} has set the global `WebSocket`. */
let isProvided = false;

/**
 * Makes sure that the SDK finds a global `WebSocket`. Node has one since version 22. If there is none, this sets that of
 * undici as the global of this thread.
 *
 * @returns `inThreads`: whether worker threads have a `WebSocket`, too. They have only Node's own: they do not inherit a
 * global that this function or other code has set in this thread.
 */
export async function provideWebSocket(): Promise<{ inThreads: boolean }> {
  if ((globalThis.WebSocket as unknown) === undefined) {
    const { WebSocket } = await import('undici');
    Object.assign(globalThis, { WebSocket });
    isProvided = true;
  }
  return { inThreads: Number.parseInt(process.versions.node, 10) >= 22 && !isProvided };
}
