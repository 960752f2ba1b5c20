import { describe, expect, it } from "vitest";
import { digestOf } from "../../../../src/domain/digest.ts";
import { formatJson } from "../../../../src/domain/document/format.ts";
import type { ObjectiveVerdict, Verdict } from "../../../../src/domain/verdict.ts";
import { type ExportKind, exportDecision } from "../../../../src/usecases/attestation/export-decision.ts";
import { packEvidence } from "../../../../src/usecases/gate/evidence-pack.ts";
import { memoryFiles } from "../../../support/memory-files.ts";
import { codes, problemsOf } from "../../../support/problems.ts";

const FOLDER = "evidence/m/1.0.0/run";
const hex = (text: string): string => digestOf(text).slice(7);

const SUBJECT = {
  model_id: "m",
  version: "1.0.0",
  manifest_digest: digestOf("manifest"),
  artifact_digest: digestOf("artifact"),
};

function objective(id: string, outcome: ObjectiveVerdict["outcome"]): ObjectiveVerdict {
  return {
    id,
    group: null,
    line: 1,
    metric: "parity.max_abs_diff",
    title: "t",
    unit: "1",
    outcome,
    reason: null,
    says: "s",
    value: 1,
    interval: null,
    baseline: null,
    samples: 1,
    hard: "<= 1",
    soft: null,
    judge: "point",
    weight: 1,
    why: "w",
    fix: "f",
    waiver: null,
  };
}

function verdict(outcome: Verdict["outcome"]): Verdict {
  const outcomes = ["PASS", "WARN", "WAIVED", "FAIL", "INCONCLUSIVE", "NOT_APPLICABLE"] as const;
  return {
    schema_version: "modelgate/verdict/v1",
    run_id: "m_1.0.0_none_20261120T100000Z_00000000",
    event: "PROMOTE_TO_PRODUCTION",
    environment: "prod",
    canary_phase: null,
    subject: SUBJECT,
    baseline: null,
    decided_at: "2026-11-20T10:00:00Z",
    outcome,
    policy_digest: digestOf("policies"),
    base_commit: "1".repeat(40),
    runner: null,
    policies: [
      {
        policy: "production",
        version: 3,
        path: "policies/gates/production.yaml",
        digest: digestOf("policy"),
        outcome,
        requirements: [{ id: "soak", outcome: "PASS", reason: null, says: "s", fix: "f" }],
        objectives: outcomes.map((each) => objective(each.toLowerCase(), each)),
        score: null,
      },
    ],
    refusals: outcome === "FAIL" ? [{ id: "state", outcome: "FAIL", reason: null, says: "s", fix: "f" }] : [],
    findings: [],
    refused_before: [],
  };
}

function stored(told: Verdict, of: Verdict = told) {
  const { run_id, event, environment, canary_phase, base_commit, policy_digest, subject, baseline } = of;
  const head = { run_id, event, environment, canary_phase, base_commit, policy_digest, subject, baseline };
  const packed = packEvidence(
    { ...head, ledger_digest: digestOf("ledger"), created_at: of.decided_at },
    [],
    told,
  );
  const entries = [...packed.files].map(([path, bytes]) => [`${FOLDER}/${path}`, bytes] as const);
  return { files: memoryFiles(Object.fromEntries(entries)), packed };
}

async function exported(kind: ExportKind, told: Verdict, files = stored(told).files) {
  const request = { kind, folder: FOLDER, version: "0.1.0", verifierId: "https://v", resourceUri: null };
  return JSON.parse(Buffer.from(await exportDecision(files, request)).toString()) as unknown;
}

const STATEMENT = {
  _type: "https://in-toto.io/Statement/v1",
  subject: [
    { name: "models/m/1.0.0/manifest.json", digest: { sha256: hex("manifest") } },
    { name: "m@1.0.0", digest: { sha256: hex("artifact") } },
  ],
};

const DECISION = {
  runId: "m_1.0.0_none_20261120T100000Z_00000000",
  event: "PROMOTE_TO_PRODUCTION",
  environment: "prod",
  canaryPhase: null,
  baseCommit: "1".repeat(40),
};

describe("a stored decision", () => {
  it("is a SLSA summary that passed, with every input", async () => {
    const told = verdict("WARN");
    const { packed } = stored(told);
    expect(await exported("vsa", told)).toEqual({
      ...STATEMENT,
      predicateType: "https://slsa.dev/verification_summary/v1",
      predicate: {
        verifier: { id: "https://v", version: { modelgate: "0.1.0" } },
        timeVerified: "2026-11-20T10:00:00Z",
        resourceUri: "modelgate:m@1.0.0/prod",
        policy: { uri: "policies/gates/production.yaml", digest: { sha256: hex("policies") } },
        inputAttestations: [
          { uri: `${FOLDER}/pack.json`, digest: { sha256: packed.digest.slice(7) } },
          { uri: `${FOLDER}/verdict.json`, digest: { sha256: hex(formatJson(told)) } },
        ],
        verificationResult: "PASSED",
        verifiedLevels: ["MODELGATE_PROMOTE_TO_PRODUCTION"],
        "https://modelgate.dev/decision/v1": { ...DECISION, outcome: "WARN" },
      },
    });
  });

  it.each(["FAIL", "INCONCLUSIVE"] as const)(
    "is a summary of nothing verified when it is %s",
    async (outcome) => {
      expect(await exported("vsa", verdict(outcome))).toMatchObject({
        predicate: { verificationResult: "FAILED", verifiedLevels: [] },
      });
    },
  );

  it("is a test result: each objective and requirement by its outcome", async () => {
    expect(await exported("test-result", verdict("FAIL"))).toEqual({
      ...STATEMENT,
      predicateType: "https://in-toto.io/attestation/test-result/v0.1",
      predicate: {
        result: "FAILED",
        configuration: [{ name: "policies/gates/production.yaml", digest: { sha256: hex("policy") } }],
        passedTests: ["production/pass", "production/soak"],
        warnedTests: ["production/warn", "production/waived"],
        failedTests: ["production/fail", "production/inconclusive", "state"],
        "https://modelgate.dev/decision/v1": { ...DECISION, outcome: "FAIL" },
      },
    });
    expect(await exported("test-result", verdict("WARN"))).toMatchObject({ predicate: { result: "WARNED" } });
  });

  it("is not exported with a verdict on something else, a changed file, or without its pack", async () => {
    const other = { ...verdict("PASS"), environment: "staging" };
    const refused = async (files = stored(other, verdict("PASS")).files) =>
      codes(await problemsOf(() => exported("vsa", other, files)));
    expect(await refused()).toEqual(["CHECK_VERDICT_MISMATCH"]);
    const { files } = stored(other);
    files.entries.set(`${FOLDER}/verdict.json`, formatJson(verdict("PASS")));
    expect(await refused(files)).toEqual(["EVIDENCE_DIGEST_MISMATCH"]);
    expect(await refused(memoryFiles({}))).toEqual(["CHECK_PACK_MISSING"]);
  });
});
