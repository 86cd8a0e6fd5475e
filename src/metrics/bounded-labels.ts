/**
 * Limits the number of a metric's label values, because each value permanently uses memory in this process and in
 * Prometheus. A function may generate step ids, such as one per customer.
 */
export class BoundedLabels {
  private readonly known = new Map<string, Set<string>>();

  /** @param limit how many values each group has; later values become `other` */
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
