import type { Digest } from "../domain/digest.ts";
import type { EvidenceKind } from "../domain/evidence.ts";
import type { LifecycleEvent, State } from "../domain/lifecycle.ts";
import type { ParityBlock } from "../domain/parity-rules.ts";

export type Operator = "<=" | "<" | ">=" | ">" | "==";

/**
 * The number that a value is compared with, in the metric's unit.
 * absolute: a plain number. offset: the live model's value plus `delta`. factor: the live model's value times `factor`.
 */
export type Bound =
  | { readonly kind: "absolute"; readonly value: number }
  | { readonly kind: "offset"; readonly delta: number }
  | { readonly kind: "factor"; readonly factor: number };

/** `text` is the limit as its author wrote it, with single spaces. */
export interface Limit {
  readonly text: string;
  readonly operator: Operator;
  readonly bound: Bound;
}

export interface Objective {
  readonly id: string;
  readonly group: string | null;
  /** 1-based line in the policy file. */
  readonly line: number;
  /** An id of the metric catalogue. */
  readonly metric: string;
  /** At least one of the two is set. */
  readonly hard: Limit | null;
  readonly soft: Limit | null;
  readonly judge: "point" | "interval";
  /** 0 when any number of samples will do. */
  readonly minSamples: number;
  readonly weight: number;
  /** Before this time a failure only warns. Null: it has always held. */
  readonly effectiveFrom: Date | null;
  readonly why: string;
  readonly fix: string;
}

/** Each is null when it is not asked for; one of them is enough. */
export interface SignerWish {
  readonly principal: string | null;
  readonly keyless: { readonly identity: string; readonly pattern: boolean; readonly issuer: string } | null;
}

/** What a policy asks for besides metrics; null is not asked for. Times in milliseconds. */
export interface Requirements {
  readonly soak: { readonly state: State; readonly atLeast: number; readonly text: string } | null;
  readonly streak: { readonly check: string; readonly consecutive: number } | null;
  readonly approvals: {
    readonly atLeast: number;
    readonly role: string | null;
    readonly not: readonly string[];
  } | null;
  /** Who must have signed the model's files: one principal of trust.yaml, or one keyless identity. */
  readonly modelSignature: SignerWish | null;
  readonly freshness: readonly {
    readonly kind: EvidenceKind;
    readonly atMost: number;
    readonly text: string;
  }[];
  readonly reason: boolean;
  /** Kinds that the required check measures again; null: all that the objectives need, but benchmark. */
  readonly remeasure: readonly EvidenceKind[] | null;
}

export type NoIncumbent = "pass" | "fail" | "inconclusive";

/** `policies/gates/*.yaml`. */
export interface GatePolicy {
  readonly name: string;
  readonly version: number;
  readonly owners: readonly string[];
  /** Relative to the repository's root. */
  readonly path: string;
  /** SHA-256 of the file's bytes. */
  readonly digest: Digest;
  readonly match: {
    readonly events: readonly LifecycleEvent[];
    /** Names, or "*" for all; empty for events that hold everywhere. */
    readonly environments: readonly string[];
    /** Globs over model ids. */
    readonly models: readonly string[];
  };
  readonly requires: Requirements;
  readonly objectives: readonly Objective[];
  /** How far an output may be from its reference; null when the policy says nothing of it. */
  readonly parity: ParityBlock | null;
  /** Null when no objective compares with the live model. */
  readonly noIncumbent: NoIncumbent | null;
  readonly score: { readonly hard: Limit | null; readonly soft: Limit | null } | null;
}

export interface Environment {
  readonly name: string;
  /** Globs over model ids. */
  readonly models: readonly string[];
  /** Rising traffic shares, for example 5% then 50%. */
  readonly canaryPhases: readonly string[];
  /** A version must have been in production there first. */
  readonly after: string | null;
}

/** An exception for one objective and one manifest digest. */
export interface Waiver {
  readonly id: string;
  readonly objective: string;
  /** Null: in every policy that has an objective of that name. */
  readonly policy: string | null;
  readonly manifestDigest: Digest;
  readonly reason: string;
  readonly owner: string;
  readonly granted: Date;
  readonly expires: Date;
}

/** Everything below `policies/` that the judge reads. */
export interface PolicySet {
  readonly policies: readonly GatePolicy[];
  /** In their order: the first environment comes first. Empty when there is no environments.yaml. */
  readonly environments: readonly Environment[];
  readonly waivers: readonly Waiver[];
}
