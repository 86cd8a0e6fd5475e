/**
 * The generic cell rate algorithm: one permit arrives per `periodMs / limit`, and up to `capacity` permits are kept. The
 * state is one number: the time at which all permits would be available again.
 */
export interface Gcra {
  /** How many permits arrive per period. A whole number, 1 or more. */
  limit: number;
  /** Whole milliseconds. */
  periodMs: number;
  /** The largest number of unused permits. A whole number, 1 or more. */
  capacity: number;
}

/**
 * The theoretical arrival time: `at + part / limit`, in milliseconds since 1970. It has two whole numbers because an
 * interval such as 10 s / 7 is not a whole number, and adding up rounded intervals would drift.
 */
export interface GcraState {
  at: number;
  /** 0 <= part < limit. */
  part: number;
}

export type GcraDecision =
  | { allowed: true; state: GcraState }
  /** `at`: the first whole millisecond at which a permit is available, if nobody else takes it. */
  | { allowed: false; at: number; state: GcraState };

/** The number of permits available now, and the first whole millisecond at which there is one more. */
export function permitsLeft(
  { limit, periodMs, capacity }: Gcra,
  state: GcraState | undefined,
  now: number,
): { permits: number; nextAt?: number } {
  if (!state || state.at < now) return { permits: capacity };
  const slack = slackOf({ limit, periodMs, capacity }, state, now);
  const permits = Math.max(0, Math.floor(slack / periodMs) + 1);
  if (permits >= capacity) return { permits };
  return { permits, nextAt: now + Math.ceil((permits * periodMs - slack) / limit) };
}

/** Takes one permit, if there is one. `state` is undefined before the first permit is taken. */
export function takePermit(
  { limit, periodMs, capacity }: Gcra,
  state: GcraState | undefined,
  now: number,
): GcraDecision {
  const arrival = state && state.at >= now ? state : { at: now, part: 0 };
  const slack = slackOf({ limit, periodMs, capacity }, arrival, now);
  if (slack < 0) return { allowed: false, at: now + Math.ceil(-slack / limit), state: arrival };
  const part = arrival.part + periodMs;
  return { allowed: true, state: { at: arrival.at + Math.floor(part / limit), part: part % limit } };
}

/** How much earlier a permit would have been available, in whole units of 1 / limit milliseconds. Negative: how much later. */
function slackOf({ limit, periodMs, capacity }: Gcra, arrival: GcraState, now: number): number {
  return (capacity - 1) * periodMs - (arrival.at - now) * limit - arrival.part;
}
