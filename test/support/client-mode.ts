/** Whether the SDK reports steps while a call goes on, or ends the call after each. */
export interface ClientMode {
  readonly checkpointing: boolean;
}

const AS_BY_DEFAULT: ClientMode = { checkpointing: true };
let mode = AS_BY_DEFAULT;

/** For `describe.each`: how the client of the functions is set up. */
export function clientModes(): ClientMode[] {
  return [mode];
}

/** Loads test files whose {@link clientModes} are those of a client without checkpointing. */
export async function withoutCheckpointing(load: () => Promise<unknown>): Promise<void> {
  mode = { checkpointing: false };
  try {
    await load();
  } finally {
    mode = AS_BY_DEFAULT;
  }
}
