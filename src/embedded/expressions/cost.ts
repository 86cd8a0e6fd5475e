import { TooCostlyError } from './too-costly.error.js';
import { type CelMap, type Outcome, isList, isMap, mapEntries } from './values.js';

/**
 * What one item (a wait, a run of a search, a function with all of its conditions and keys) may spend. A step takes
 * 100 to 400 ns, so this is at most some 40 ms: one turn of the engine. An ordinary expression takes a few dozen.
 */
export const MOST_STEPS = 100_000;

/** Every item may spend so much whatever the others spent: cheap expressions never suffer from costly ones. */
const OWN_STEPS = 1_000;

/** What all items of one request, or of one event's delivery, may spend together beyond their own steps. */
export const SHARED_STEPS = 1_000_000;

/** A safeguard against calls that take longer than their price: processor time, which a stalled machine does not use. */
const MOST_CPU_MS = 500;
const STEPS_BETWEEN_LOOKS = 5_000;

/** Joined texts can double with every `+`. */
const LONGEST_TEXT = 8 * 1024 * 1024;

/** Characters that are looked at in the time of one step. */
const CHARACTERS_PER_STEP = 64;

/** Elements of a list, or keys of a map, that are gone over in the time of one step when nothing is done with them. */
export const KEYS_PER_STEP = 8;

/** Functions and operators that do not look into a list or a map. */
const SHALLOW: ReadonlySet<string> = new Set(['size', 'type', 'dyn', '<', '<=', '>', '>=']);

/** The steps that the items of one request, or of one event's delivery, share. */
export class SharedBudget {
  constructor(
    /** How many are left. */
    public left: number = SHARED_STEPS,
  ) {}

  /** The budget of the next item. */
  forItem(): Budget {
    return new Budget(this);
  }

  /** @throws TooCostlyError when nothing is left */
  spend(steps: number): void {
    this.left = Math.max(0, this.left - steps);
    if (this.left === 0) throw new TooCostlyError('what is evaluated together has spent all its steps');
  }
}

/** What one item may still spend. All expressions that are evaluated for it share the budget. */
export class Budget {
  private spent = 0;
  private nextLookAt = STEPS_BETWEEN_LOOKS;
  private cpuAtStart: NodeJS.CpuUsage | undefined;
  private paidOnce: Set<string> | undefined;

  constructor(private readonly shared?: SharedBudget) {}

  /** @throws TooCostlyError when nothing is left */
  spend(steps: number): void {
    this.spent += steps;
    if (this.spent > MOST_STEPS) throw new TooCostlyError(`more than ${MOST_STEPS} steps`);
    const beyond = Math.min(steps, this.spent - OWN_STEPS);
    if (beyond > 0) this.shared?.spend(beyond);
    if (this.spent >= this.nextLookAt) this.lookAtTime();
  }

  /** As {@link spend}, the first time only for every `thing`. */
  spendOnce(thing: string, steps: number): void {
    this.paidOnce ??= new Set();
    if (this.paidOnce.has(thing)) return;
    this.paidOnce.add(thing);
    this.spend(steps);
  }

  /** Pays for looking at a whole value, or making one. */
  spendOn(outcome: Outcome): void {
    if (typeof outcome === 'string') {
      if (outcome.length > LONGEST_TEXT) throw new TooCostlyError(`a text of ${outcome.length} characters`);
      this.spend(outcome.length / CHARACTERS_PER_STEP);
    } else if (isList(outcome)) {
      this.spend(outcome.length);
      for (const item of outcome) this.spendOn(item);
    } else if (isMap(outcome)) {
      for (const [, item] of mapEntries(outcome)) {
        this.spend(1);
        this.spendOn(item);
      }
    }
  }

  /** Pays for looking at a value without looking into it. */
  spendOnTop(outcome: Outcome): void {
    if (typeof outcome === 'string') this.spendOn(outcome);
    else if (isMap(outcome)) this.spend(sizeOf(outcome) / KEYS_PER_STEP);
  }

  private lookAtTime(): void {
    this.nextLookAt = this.spent + STEPS_BETWEEN_LOOKS;
    this.cpuAtStart ??= process.cpuUsage();
    const { user, system } = process.cpuUsage(this.cpuAtStart);
    if ((user + system) / 1_000 > MOST_CPU_MS) {
      throw new TooCostlyError(`more than ${MOST_CPU_MS} ms of processor time`);
    }
  }
}

/** Pays for what a function or an operator looks at. Comparing stops at the first difference. */
export function payForArguments(name: string, args: readonly Outcome[], budget: Budget): void {
  const [a, b] = args;
  const isComparison = name === '==' || name === '!=';
  if (SHALLOW.has(name) || isComparison || name === 'in') for (const arg of args) budget.spendOnTop(arg);
  else for (const arg of args) budget.spendOn(arg);
  if (isComparison && isContainer(a) && isContainer(b)) budget.spendOn(a);
  if (name === 'in' && b !== undefined && isList(b)) {
    if (isContainer(a)) budget.spendOn(b);
    else budget.spend(b.length);
  }
}

function isContainer(outcome: Outcome | undefined): outcome is Outcome & object {
  return outcome !== undefined && (isList(outcome) || isMap(outcome));
}

function sizeOf(map: CelMap): number {
  return map instanceof Map ? map.size : Object.keys(map).length;
}
