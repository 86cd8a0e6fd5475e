/** A chart of the report. Its times are in milliseconds from the start of the chart. */
export type Picture = StartsPicture | ExecutingPicture | AttemptsPicture;

/** The start times of runs, compared with the maximum that the throttle allows. */
export interface StartsPicture {
  readonly kind: 'starts';
  readonly limit: number;
  readonly periodMs: number;
  /** In ascending order. */
  readonly starts: readonly number[];
}

/** The number of steps that executed at the same time, compared with the limit. */
export interface ExecutingPicture {
  readonly kind: 'executing';
  readonly limit: number;
  /** Each change of the number: from `at` on, `count` steps execute. */
  readonly changes: readonly { readonly at: number; readonly count: number }[];
}

/** The attempts of the steps of one run. */
export interface AttemptsPicture {
  readonly kind: 'attempts';
  readonly rows: readonly {
    readonly step: string;
    readonly attempts: readonly { readonly from: number; readonly to: number; readonly failed: boolean }[];
  }[];
}
