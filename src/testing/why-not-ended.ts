import type { Run, RunsApi } from './runs-api.js';

/** An event in the server's list, with its outcomes. */
interface EventView {
  outcomes: { function: { id: string }; reason?: string }[];
}

/**
 * Returns the run of the function with this id, or the only run.
 *
 * @throws Error if there is none, or if there are several and `id` is undefined
 */
export function chooseRun(runs: readonly Run[], event: string, id: string | undefined): Run {
  const chosen = id === undefined ? runs : runs.filter((run) => run.function.id === id);
  const [run] = chosen;
  if (run && chosen.length === 1) return run;
  const ids = runs.map((one) => one.function.id).join(', ');
  throw new Error(
    id === undefined
      ? `The event "${event}" started runs of several functions: ${ids}. Name one: run(event, { function: "…" }).`
      : `The event "${event}" started ${chosen.length} runs of the function "${id}". It started: ${ids}.`,
  );
}

/**
 * Creates an error that says what the runs of an event wait for, or why the event has none. @param cause why the wait
 * ended
 */
export async function whyNotEnded(
  api: RunsApi,
  name: string,
  eventId: string,
  cause: unknown,
): Promise<Error> {
  const reasons = await reasonsOf(api, eventId);
  const message = cause instanceof Error ? cause.message : String(cause);
  return new Error(`The event "${name}" ${reasons} (${message})`, { cause });
}

async function reasonsOf(api: RunsApi, eventId: string): Promise<string> {
  const runs = await api.ofEvent(eventId);
  const open = runs.filter(({ endedAt }) => endedAt === undefined);
  if (open.length > 0) {
    const states = open.map(
      ({ function: { id }, waiting }) => `"${id}" has not ended: it is ${waiting?.reason ?? 'running'}`,
    );
    return `started a run that has not ended: ${states.join('; ')}.`;
  }
  const { data } = await api.get<{ data?: EventView[] }>(`/api/v2/events?ids=${eventId}`);
  const outcomes = (data ?? []).flatMap((event) => event.outcomes);
  if (outcomes.length === 0) return 'started no run: no served function has a trigger that matches it.';
  const reasons = outcomes.map(({ function: { id }, reason }) => `"${id}": ${reason ?? 'none yet'}`);
  return `started no run. ${reasons.join('; ')}.`;
}
