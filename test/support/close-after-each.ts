interface Closable {
  close(): Promise<void>;
}

/**
 * Returns a function that remembers what a test has opened; it is closed when the test is over, last opened first.
 */
export function closeAfterEach(): <T extends Closable>(what: T) => T {
  const open: Closable[] = [];
  afterEach(async () => {
    for (const what of open.splice(0).toReversed()) await what.close();
  });
  return (what) => {
    open.push(what);
    return what;
  };
}
