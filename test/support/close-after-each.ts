interface Closable {
  close(): Promise<void>;
}

type Closing = <T extends Closable>(what: T) => T;

/** Returns a function that registers an opened resource. After each test, the resources are closed, the last opened first. */
export function closeAfterEach(): Closing {
  return closeAfter(afterEach);
}

/**
 * As {@link closeAfterEach}, after all tests of the block. Apps of tests that share a server stay open, so that no app gets the port
 * of an earlier one, which the server knows.
 */
export function closeAfterAll(): Closing {
  return closeAfter(afterAll);
}

function closeAfter(after: (close: () => Promise<void>) => void): Closing {
  const open: Closable[] = [];
  after(async () => {
    for (const what of open.splice(0).toReversed()) await what.close();
  });
  return (what) => {
    open.push(what);
    return what;
  };
}
