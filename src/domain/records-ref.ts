/** A ref outside of branches and tags, where records are kept: it only ever grows, and nobody reviews it. */
export type RecordsRef = `refs/modelgate/${string}`;

/** Refused and inconclusive attempts, each with its evidence. */
export const REFUSALS_REF = "refs/modelgate/refusals" satisfies RecordsRef;

/** Reviews on the forge that promotions were merged with, as statements that the gate vouches for. */
export const APPROVALS_REF = "refs/modelgate/approvals" satisfies RecordsRef;
