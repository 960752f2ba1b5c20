import { modelState } from "../../src/domain/ledger.ts";
import { digestOf } from "../../src/domain/digest.ts";
import { formatJson } from "../../src/domain/document/format.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Verdict } from "../../src/domain/verdict.ts";
import { formatLedger, GENESIS, modelDigest } from "../../src/ledger/ledger-text.ts";
import type { Git } from "../../src/ports/git.ts";
import type { Decision } from "../../src/usecases/gate/decision.ts";
import type { TransitionRequest } from "../../src/usecases/request.ts";
import { readLedger } from "../../src/usecases/gate/base-ledger.ts";
import { manifestOf } from "./transitions.ts";

export const ENVIRONMENTS_YAML = `apiVersion: modelgate/v1
kind: Environments
environments:
  - name: prod
    models: ["*"]
    canary_phases: ["5%", "25%", "50%"]
  - name: staging
    models: ["*"]
    canary_phases: ["50%"]
`;

/** The governed files of a repository in which nothing is deployed yet. */
export const START: Readonly<Record<string, string>> = {
  "deployed.json": formatLedger(GENESIS),
  "policies/environments.yaml": ENVIRONMENTS_YAML,
  "models/m/1.0.0/manifest.json": "{}\n",
  "models/m/1.1.0/manifest.json": "{}\n",
};

export const NOW = new Date("2026-11-20T10:00:00Z");

export function request(of: Partial<TransitionRequest> = {}): TransitionRequest {
  return {
    event: "PROMOTE_TO_SHADOW",
    model: "m",
    version: "1.0.0",
    environment: "prod",
    phase: null,
    reason: "because",
    requestedBy: "Ada <ada@example.org>",
    ...of,
  };
}

export interface Judgement {
  readonly outcome?: Outcome;
  /** 8 hex digits of the run id. */
  readonly nonce?: string;
  readonly decidedAt?: string;
  readonly policy?: string;
}

/** What the gate would decide on HEAD, with a verdict that is given instead of measured. */
export async function decide(git: Git, of: TransitionRequest, how: Judgement = {}): Promise<Decision> {
  const { commit } = await git.head();
  const { ledger } = await readLedger(git, commit);
  const verdict = verdictOf(of, commit, how);
  const text = Buffer.from(formatJson(verdict));
  const pack = Buffer.from(
    formatJson({ run_id: verdict.run_id, files: [{ path: "verdict.json", sha256: digestOf(text) }] }),
  );
  return {
    request: of,
    verdict,
    baseCommit: commit,
    ledger,
    ledgerDigest: modelDigest(modelState(ledger, of.model)),
    pack: new Map([
      ["pack.json", pack],
      ["verdict.json", text],
    ]),
    evidenceDigest: digestOf(pack),
  };
}

function verdictOf(of: TransitionRequest, commit: string, how: Judgement): Verdict {
  const outcome = how.outcome ?? "PASS";
  const decidedAt = how.decidedAt ?? "2026-11-20T10:00:00Z";
  const stamp = decidedAt.replaceAll(/[-:]/g, "");
  return {
    schema_version: "modelgate/verdict/v1",
    run_id: `${of.model}_${of.version}_none_${stamp}_${how.nonce ?? "00000000"}`,
    event: of.event,
    environment: of.environment,
    canary_phase: of.phase,
    subject: {
      model_id: of.model,
      version: of.version,
      manifest_digest: manifestOf(of.model, of.version),
      artifact_digest: digestOf("artifact"),
    },
    baseline: null,
    decided_at: decidedAt,
    outcome,
    policy_digest: digestOf(how.policy ?? "policy"),
    base_commit: commit,
    runner: null,
    policies: [],
    refusals:
      outcome === "PASS"
        ? []
        : [{ id: "parity", outcome, reason: null, says: "It differs.", fix: "Export again." }],
    findings: [],
    refused_before: [],
  };
}
