/** Whether the SDK reports steps by checkpoint during a call, or ends the call after each step. */
export interface ClientMode {
  readonly checkpointing: boolean;
}

const AS_BY_DEFAULT: ClientMode = { checkpointing: true };
let mode = AS_BY_DEFAULT;

/** The client modes in which `describe.each` runs the tests. */
export function clientModes(): ClientMode[] {
  return [mode];
}

/** Loads test files so that {@link clientModes} returns a client without checkpointing. */
export async function withoutCheckpointing(load: () => Promise<unknown>): Promise<void> {
  mode = { checkpointing: false };
  try {
    await load();
  } finally {
    mode = AS_BY_DEFAULT;
  }
}
