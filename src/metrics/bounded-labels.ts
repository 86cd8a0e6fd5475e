/**
 * Keeps the number of a metric's label values small, since each costs memory in this process and in Prometheus for ever.
 * A function may make up step ids, such as one per customer.
 */
export class BoundedLabels {
  private readonly known = new Map<string, Set<string>>();

  /** @param limit how many values each group has; `other` stands for all that come later */
  constructor(private readonly limit: number) {}

  /** The value to use as a label: `value` itself, or `other`. */
  of(group: string, value: string): string {
    const values = this.known.get(group) ?? new Set();
    if (values.has(value)) return value;
    if (values.size >= this.limit) return 'other';
    this.known.set(group, values.add(value));
    return value;
  }
}
