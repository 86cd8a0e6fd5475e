/** What the report draws. Times are in milliseconds from the beginning of the picture. */
export type Picture = StartsPicture | ExecutingPicture | AttemptsPicture;

/** When runs started, against the most that the throttle allows. */
export interface StartsPicture {
  readonly kind: 'starts';
  readonly limit: number;
  readonly periodMs: number;
  /** Earliest first. */
  readonly starts: readonly number[];
}

/** How many steps were executing at once, against the limit. */
export interface ExecutingPicture {
  readonly kind: 'executing';
  readonly limit: number;
  /** From each moment on there were so many. */
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
