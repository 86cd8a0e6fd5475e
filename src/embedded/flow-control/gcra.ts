/**
 * The generic cell rate algorithm: permits arrive one per `periodMs / limit`, and up to `capacity` of them can be
 * saved up. One number is remembered: the moment at which all saved-up permits would be back.
 */
export interface Gcra {
  /** How many per period, in the long run. A whole number from 1 on. */
  limit: number;
  /** Whole milliseconds. */
  periodMs: number;
  /** How many may start at once after a rest. A whole number from 1 on. */
  capacity: number;
}

/**
 * The theoretical arrival time: `at + part / limit`, in milliseconds since 1970. Two whole numbers, because an
 * interval like 10 s / 7 is none, and adding rounded ones drifts.
 */
export interface GcraState {
  at: number;
  /** 0 <= part < limit. */
  part: number;
}

export type GcraDecision =
  | { allowed: true; state: GcraState }
  /** `at`: the first whole millisecond at which it would be allowed if nothing else takes the permit. */
  | { allowed: false; at: number; state: GcraState };

/** How many permits could be taken at once now, and the first whole millisecond at which there is one more. */
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

/** Takes one permit, if there is one. `state` is undefined before the first. */
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

/** How much earlier a permit could have been taken, in units of 1 / limit milliseconds: whole numbers all. */
function slackOf({ limit, periodMs, capacity }: Gcra, arrival: GcraState, now: number): number {
  return (capacity - 1) * periodMs - (arrival.at - now) * limit - arrival.part;
}
