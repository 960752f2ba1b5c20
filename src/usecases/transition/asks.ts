/** A change to one environment; a version of null is the one that the ledger implies. */
export interface InEnvironment {
  readonly model: string;
  readonly version: string | null;
  readonly environment: string;
  readonly reason: string;
  readonly requestedBy: string;
}

/** A change that holds in every environment. */
export interface Everywhere {
  readonly model: string;
  readonly version: string;
  readonly reason: string;
  readonly requestedBy: string;
}
