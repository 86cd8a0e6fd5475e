interface Closable {
  close(): Promise<void>;
}

/** Returns a function that registers an opened resource. After each test, the resources are closed, the last opened first. */
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
