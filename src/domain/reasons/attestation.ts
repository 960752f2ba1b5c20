import type { Reason } from "./reason.ts";

/** Decisions exported as in-toto statements, and what a consumer of them refuses. */
export const attestationReasons = {
  ATTESTATION_TYPE: {
    meaning: "The signed statement is of another kind than the one that is asked for.",
    fix: "Take the bundle that modelgate export vsa wrote for this decision.",
    exit: 1,
  },
  ATTESTATION_MISMATCH: {
    meaning: "A statement with a good signature says something else than what is expected of it.",
    fix: "Check that the bundle belongs to this version and environment. A good signature on another statement proves nothing here.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;
