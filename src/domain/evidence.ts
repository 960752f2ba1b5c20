import type { Digest } from "./digest.ts";
import type { ComparedOutput } from "./parity-rules.ts";

export const EVIDENCE_KINDS = ["integrity", "parity", "benchmark"] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** The machine and engine that measured. Stored numbers are only compared between equal fingerprints. */
export interface RunnerFingerprint {
  readonly cpu_model: string;
  readonly cores: number;
  readonly os: string;
  readonly arch: string;
  readonly node: string;
  readonly engine: EngineFingerprint | null;
}

export interface EngineFingerprint {
  readonly name: "onnxruntime-node";
  readonly version: string;
  /** SHA-256 of the native libraries that ran, so that another build is another engine. */
  readonly digest: Digest;
  readonly threads: number;
  readonly optimization_level: "disabled" | "basic" | "extended" | "all";
  readonly execution_provider: "cpu";
}

/** One version, by digests. */
export interface Subject {
  readonly model_id: string;
  readonly version: string;
  /** Digest of the bytes of manifest.json. */
  readonly manifest_digest: Digest;
  readonly artifact_digest: Digest;
}

/**
 * measured: `value` is a finite number.
 * undefined: it was tried and has no finite value (NaN, Inf, missing output, shape mismatch …): judged as a failure.
 * pessimistic: a noisy runner made the number worse, by an unknown amount: it may show that a limit holds, never that it is missed.
 * at_least: a quiet runner would measure this value or more: it may show that a limit is missed, never that it holds.
 * inconclusive: it could not be told (too few samples, no engine).
 * not_applicable: it has no meaning here, for example a ratio to a live model that does not exist.
 */
export type MeasurementState =
  | "measured"
  | "pessimistic"
  | "at_least"
  | "undefined"
  | "inconclusive"
  | "not_applicable";

export interface Interval {
  readonly low: number;
  /** Null when the sample is too small to bound it from above. */
  readonly high: number | null;
  /** Confidence, 0 to 1. */
  readonly level: number;
}

/** One number about one version. Evidence never judges: no limit and no verdict here. */
export interface Measurement {
  readonly metric: string;
  readonly state: MeasurementState;
  readonly value: number | null;
  readonly interval: Interval | null;
  /** The same number of the live version, measured in the same run. */
  readonly baseline: number | null;
  /** Number of observations behind the value. */
  readonly samples: number;
  /** One sentence for people; required unless the state is "measured". */
  readonly note: string | null;
  /** Reason code, required unless the state is "measured". */
  readonly reason: string | null;
}

/** `evidence/<id>/<version>/<run_id>/<kind>.json`: facts about one version, with all that they depend on. */
export interface Evidence<Details = unknown> {
  readonly schema_version: "modelgate/evidence/v1";
  readonly kind: EvidenceKind;
  readonly run_id: string;
  readonly model_version: string;
  readonly canary_phase: string | null;
  /** ISO-8601 UTC with seconds. */
  readonly timestamp: string;
  readonly subject: Subject;
  /** The live version that was measured alongside, if any. */
  readonly baseline: Subject | null;
  /** Digest of everything that was read, sorted by name. */
  readonly inputs: readonly { readonly name: string; readonly digest: Digest }[];
  readonly runner: RunnerFingerprint;
  readonly seed: number | null;
  readonly measurements: readonly Measurement[];
  /** What an author claimed and the measurement contradicts. */
  readonly findings: readonly Finding[];
  /** Parity alone: every output with the rule that it was compared by. */
  readonly compared?: readonly ComparedOutput[];
  readonly details: Details;
}

export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly file: string | null;
}

/** `pack.json`: what ties the evidence of one run together. Its own SHA-256 is the evidence_digest. */
export interface EvidencePack {
  readonly schema_version: "modelgate/pack/v1";
  readonly run_id: string;
  readonly subject: Subject;
  readonly baseline: Subject | null;
  readonly event: string;
  readonly environment: string | null;
  readonly canary_phase: string | null;
  readonly base_commit: string;
  readonly ledger_digest: Digest;
  readonly policy_digest: Digest;
  readonly engine_digest: Digest | null;
  readonly created_at: string;
  /** Every other file of the pack, sorted by path. */
  readonly files: readonly { readonly path: string; readonly sha256: Digest; readonly size: number }[];
}

/** Folder of an evidence pack, relative to the repository's root. */
export function packFolder(of: { model: string; version: string; runId: string }): string {
  return `evidence/${of.model}/${of.version}/${of.runId}`;
}
