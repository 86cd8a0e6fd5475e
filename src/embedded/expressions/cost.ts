import { TooCostlyError } from './too-costly.error.js';
import { type CelMap, type Outcome, isList, isMap, mapEntries } from './values.js';

/**
 * The largest number of steps for one item (a wait, a run of a search, a function with all its conditions and keys). A
 * step takes 100 to 400 ns, so an item stops the process for at most about 40 ms. An ordinary expression takes a few dozen
 * steps.
 */
export const MAX_STEPS = 100_000;

/** Every item may spend this many steps, however many the others spend: costly expressions never stop cheap ones. */
const OWN_STEPS = 1_000;

/** The steps that all items of one request, or of one event's delivery, share beyond {@link OWN_STEPS}. */
export const SHARED_STEPS = 1_000_000;

/**
 * The largest processor time of one item, in milliseconds, in case that functions take longer than their price. It is not
 * wall time, because a stalled machine uses no processor time.
 */
const MAX_CPU_MS = 500;
const STEPS_BETWEEN_CPU_CHECKS = 5_000;

/** The longest string, in characters. Each `+` can double a string. */
const MAX_STRING_LENGTH = 8 * 1024 * 1024;

/** The number of characters that are read in the time of one step. */
const CHARACTERS_PER_STEP = 64;

/** The number of list elements or map keys that a loop with an empty body visits in the time of one step. */
export const KEYS_PER_STEP = 8;

/** Functions and operators that do not read the contents of a list or a map. */
const SHALLOW: ReadonlySet<string> = new Set(['size', 'type', 'dyn', '<', '<=', '>', '>=']);

/** The steps that the items of one request, or of one event's delivery, share. */
export class SharedBudget {
  constructor(
    /** The steps that are left. */
    public left: number = SHARED_STEPS,
  ) {}

  /** The budget of the next item. */
  forItem(): Budget {
    return new Budget(this);
  }

  /** @throws TooCostlyError when nothing is left */
  spend(steps: number): void {
    this.left = Math.max(0, this.left - steps);
    if (this.left === 0)
      throw new TooCostlyError('the steps of all expressions that are evaluated together are used up');
  }
}

/** The steps of one item. All expressions that are evaluated for the item share them. */
export class Budget {
  private spent = 0;
  private nextCpuCheck = STEPS_BETWEEN_CPU_CHECKS;
  private cpuAtStart: NodeJS.CpuUsage | undefined;
  private paid: Set<string> | undefined;

  constructor(private readonly shared?: SharedBudget) {}

  /** @throws TooCostlyError when nothing is left */
  spend(steps: number): void {
    this.spent += steps;
    if (this.spent > MAX_STEPS) throw new TooCostlyError(`more than ${MAX_STEPS} steps`);
    const beyond = Math.min(steps, this.spent - OWN_STEPS);
    if (beyond > 0) this.shared?.spend(beyond);
    if (this.spent >= this.nextCpuCheck) this.checkCpu();
  }

  /** Like {@link spend}, but only the first time for each `key`. */
  spendOnce(key: string, steps: number): void {
    this.paid ??= new Set();
    if (this.paid.has(key)) return;
    this.paid.add(key);
    this.spend(steps);
  }

  /** Spends the steps to read or make a whole value. */
  spendOn(outcome: Outcome): void {
    if (typeof outcome === 'string') {
      if (outcome.length > MAX_STRING_LENGTH)
        throw new TooCostlyError(`a string of ${outcome.length} characters`);
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

  /** Spends the steps to read a value without the contents of lists and maps. */
  spendOnTop(outcome: Outcome): void {
    if (typeof outcome === 'string') this.spendOn(outcome);
    else if (isMap(outcome)) this.spend(sizeOf(outcome) / KEYS_PER_STEP);
  }

  private checkCpu(): void {
    this.nextCpuCheck = this.spent + STEPS_BETWEEN_CPU_CHECKS;
    this.cpuAtStart ??= process.cpuUsage();
    const { user, system } = process.cpuUsage(this.cpuAtStart);
    if ((user + system) / 1_000 > MAX_CPU_MS) {
      throw new TooCostlyError(`more than ${MAX_CPU_MS} ms of processor time`);
    }
  }
}

/** Spends the steps with which a function or an operator reads its arguments. A comparison stops at the first difference. */
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
