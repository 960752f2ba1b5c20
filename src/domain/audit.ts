import type { Problem } from "../errors.ts";
import type { Digest } from "./digest.ts";
import type { Transition } from "./ledger.ts";
import type { Outcome } from "./outcome.ts";

/**
 * What a commit of the audited line is about. `root` is the commit that the audit starts from and takes as given;
 * `adoption` brings the first ledger.
 */
export type AuditedKind = "registration" | "promotion" | "policy" | "trust" | "other" | "adoption" | "root";

/**
 * EXCEPTED: it failed, and policies/audit-exceptions.yaml acknowledges that. WARN: nothing governed is in doubt.
 */
export type AuditOutcome = "PASS" | "WARN" | "FAIL" | "EXCEPTED";

/** Whose key signed a commit; never what the commit says about its author. */
export interface Signer {
  readonly principal: string;
  /** `SHA256:…`, or 40 hex digits for OpenPGP. */
  readonly fingerprint: string;
}

/** The transition that a commit brought, as far as it was proven. */
export interface AuditedTransition extends Pick<
  Transition,
  "event" | "model" | "version" | "environment" | "run_id" | "decided_at" | "verdict" | "evidence_digest"
> {
  readonly revision: number;
  /** Traffic share of a canary; null for anything else. */
  readonly phase: string | null;
  /** Who asked for it, as the ledger claims. */
  readonly requested_by: string;
  /** Folder of the evidence pack. */
  readonly evidence: string;
  /** Principals whose recorded approval was proven. */
  readonly approved_by: readonly string[];
}

/** What the audit says of one commit. */
export interface CommitVerdict {
  /** 0 is the first commit of the line. */
  readonly position: number;
  readonly commit: string;
  readonly kind: AuditedKind;
  readonly outcome: AuditOutcome;
  readonly reasons: readonly Problem[];
  /** Null when it is not signed, or not by a key that was trusted with it. */
  readonly signer: Signer | null;
  readonly transition: AuditedTransition | null;
  /** Files of the versions that it registers or brings to serve whose bytes are in Git LFS and not in Git; left out for none. */
  readonly in_lfs?: readonly string[];
  readonly exception: AuditException | null;
}

/** One entry of `policies/audit-exceptions.yaml`. */
export interface AuditException {
  readonly commit: string;
  readonly reason: string;
  readonly owner: string;
}

/** A sentence that the audit proves, in SLSA's words where SLSA has one. */
export interface Claim {
  /** `SLSA_SOURCE_LEVEL_n` (slsa.dev/spec/v1.2/source-requirements) or `ORG_SOURCE_MODELGATE_…`. */
  readonly id: string;
  readonly holds: boolean;
  /** From which commit on it holds without a lapse; null when it does not hold at the head. */
  readonly since: string | null;
  readonly says: string;
}

/** What an audit is asked to go on from, and what it hands on. */
export interface Checkpoint {
  readonly schema_version: "modelgate/checkpoint/v1";
  /** The commit that was audited last. */
  readonly head: string;
  /** Commits of the first-parent line up to and with the head. */
  readonly count: number;
  /** Revision of deployed.json there; null when there is none. */
  readonly transitions: number | null;
  readonly ledger_digest: Digest | null;
  /** Of the trust.yaml that is in force after the head; null when there is none. */
  readonly trust_digest: Digest | null;
  /** The first commit from which on signatures were proven. */
  readonly trust_root: string | null;
  /** Highest version of each policy that was ever merged, by name. */
  readonly policy_versions: Readonly<Record<string, number>>;
  /** Commits that failed and were acknowledged so far. */
  readonly excepted: number;
  /** The last commit that failed or was acknowledged: claims hold from the one after it. */
  readonly lapse: string | null;
  /** SSHSIG of the RFC 8785 form of the rest, in base64; null when nobody signed it. */
  readonly signature: string | null;
}

/** What the audit found. Everything is about one line of commits, by the clock of nobody. */
export interface AuditReport {
  readonly schema_version: "modelgate/audit/v1";
  readonly head: string;
  /** Commits of the line, audited or taken as given. */
  readonly count: number;
  /** Commits that were audited now. */
  readonly audited: number;
  /** The first of them; the head when there was none. */
  readonly from: string;
  readonly outcome: Outcome;
  /** The audit itself failed on a commit: nothing can be said about it. */
  readonly broken: boolean;
  readonly transitions: number | null;
  readonly ledger_digest: Digest | null;
  readonly trust: { readonly root: string; readonly digest: Digest } | null;
  readonly claims: readonly Claim[];
  /** What is not proven, in sentences. */
  readonly unproven: readonly string[];
  readonly exceptions: readonly AuditException[];
  /** What is wrong apart from single commits: exceptions that do not count, a checkpoint whose key was revoked. */
  readonly problems: readonly Problem[];
  readonly commits: readonly CommitVerdict[];
}
