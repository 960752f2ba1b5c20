/**
 * What a stable code means and how to mend it.
 * `exit`: 1 the gate says no, 2 bad usage or bad input, 3 the tool or the runner broke.
 */
export interface Reason {
  readonly meaning: string;
  readonly fix: string;
  readonly exit: 1 | 2 | 3;
}
