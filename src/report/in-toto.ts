import type { Digest } from "../domain/digest.ts";
import type { EvidencePack } from "../domain/evidence.ts";
import { type ObjectiveOutcome, mayMerge } from "../domain/outcome.ts";
import type { PolicyVerdict, Verdict } from "../domain/verdict.ts";

/** What a decision is exported from: the pack, the digest of its pack.json, and the verdict that lies in it. */
export interface DecisionFacts {
  readonly pack: EvidencePack;
  readonly packDigest: Digest;
  /** Folder of the pack, relative to the repository's root. */
  readonly folder: string;
  readonly verdict: Verdict;
  /** Version of modelgate. */
  readonly version: string;
  readonly verifierId: string;
  readonly resourceUri: string;
}

export const VSA_TYPE = "https://slsa.dev/verification_summary/v1";
export const TEST_RESULT_TYPE = "https://in-toto.io/attestation/test-result/v0.1";
/** Fields of our own have names that are URIs, as both predicates ask for. */
const DECISION = "https://modelgate.dev/decision/v1";

/** An in-toto statement v1. */
export interface Statement {
  readonly _type: "https://in-toto.io/Statement/v1";
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicateType: string;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** A decision as a SLSA Verification Summary Attestation v1: PASSED when it may merge, with every input by digest. */
export function vsaStatement(facts: DecisionFacts): Statement {
  const { verdict, pack, packDigest, folder } = facts;
  const inputs = [{ path: "pack.json", sha256: packDigest }, ...pack.files];
  return statement(facts, VSA_TYPE, {
    verifier: { id: facts.verifierId, version: { modelgate: facts.version } },
    timeVerified: verdict.decided_at,
    resourceUri: facts.resourceUri,
    policy: { uri: policyUri(verdict.policies), digest: { sha256: hex(verdict.policy_digest) } },
    inputAttestations: inputs.map(({ path, sha256 }) => ({
      uri: `${folder}/${path}`,
      digest: { sha256: hex(sha256) },
    })),
    verificationResult: mayMerge(verdict.outcome) ? "PASSED" : "FAILED",
    verifiedLevels: mayMerge(verdict.outcome) ? [`MODELGATE_${verdict.event}`] : [],
    [DECISION]: decisionOf(verdict),
  });
}

/** A decision as an in-toto test result v0.1: hard limits missed fail, soft ones and waived ones warn. */
export function testResultStatement(facts: DecisionFacts): Statement {
  const { verdict } = facts;
  const tests = verdict.policies.flatMap((policy) =>
    [...policy.objectives, ...policy.requirements].map(({ id, outcome }) => ({
      name: `${policy.policy}/${id}`,
      outcome,
    })),
  );
  const refusals = verdict.refusals.map(({ id, outcome }) => ({ name: id, outcome }));
  const named = (...outcomes: readonly ObjectiveOutcome[]): readonly string[] =>
    [...tests, ...refusals].filter(({ outcome }) => outcomes.includes(outcome)).map(({ name }) => name);
  return statement(facts, TEST_RESULT_TYPE, {
    result: RESULTS[verdict.outcome],
    configuration: verdict.policies.map(({ path, digest }) => ({
      name: path,
      digest: { sha256: hex(digest) },
    })),
    passedTests: named("PASS"),
    warnedTests: named("WARN", "WAIVED"),
    failedTests: named("FAIL", "INCONCLUSIVE"),
    [DECISION]: decisionOf(verdict),
  });
}

const RESULTS = { PASS: "PASSED", WARN: "WARNED", FAIL: "FAILED", INCONCLUSIVE: "FAILED" } as const;

function statement(
  { pack }: DecisionFacts,
  predicateType: string,
  predicate: Statement["predicate"],
): Statement {
  const { model_id: id, version, manifest_digest: manifest, artifact_digest: artifact } = pack.subject;
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [
      { name: `models/${id}/${version}/manifest.json`, digest: { sha256: hex(manifest) } },
      { name: `${id}@${version}`, digest: { sha256: hex(artifact) } },
    ],
    predicateType,
    predicate,
  };
}

function decisionOf(verdict: Verdict): Readonly<Record<string, unknown>> {
  const { run_id: runId, event, environment, canary_phase: phase, outcome, base_commit: base } = verdict;
  return { runId, event, environment, canaryPhase: phase, outcome, baseCommit: base };
}

function policyUri(policies: readonly PolicyVerdict[]): string {
  return policies.map(({ path }) => path).join(" ");
}

function hex(digest: Digest): string {
  return digest.slice("sha256:".length);
}
