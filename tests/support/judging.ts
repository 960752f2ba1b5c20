import { readdirSync, readFileSync } from "node:fs";
import type { Digest } from "../../src/domain/digest.ts";
import type { Evidence, EvidenceKind, Measurement, Subject } from "../../src/domain/evidence.ts";
import type { ComparedOutput } from "../../src/domain/parity-rules.ts";
import type { Ledger } from "../../src/domain/ledger.ts";
import { METRICS } from "../../src/domain/metrics.ts";
import type { EvaluateInput, GateRequest } from "../../src/policy/evaluate.ts";
import { parsePolicies, type PolicySource } from "../../src/policy/parse-policies.ts";

const NOW = new Date("2026-11-20T12:00:00Z");

export function digest(letter: string): Digest {
  return `sha256:${letter.repeat(64)}`;
}

export const CANDIDATE: Subject = {
  model_id: "flight-delay",
  version: "1.1.0",
  manifest_digest: digest("a"),
  artifact_digest: digest("b"),
};

export const LIVE: Subject = {
  model_id: "flight-delay",
  version: "1.0.0",
  manifest_digest: digest("c"),
  artifact_digest: digest("d"),
};

export const EMPTY_LEDGER: Ledger = {
  schema_version: "modelgate/deployed/v1",
  models: {},
};

/** A ledger in which LIVE serves production in prod. */
const LIVE_LEDGER: Ledger = {
  ...EMPTY_LEDGER,
  models: {
    "flight-delay": {
      environments: {
        prod: {
          slots: {
            PRODUCTION: { version: LIVE.version, manifest_digest: LIVE.manifest_digest, serving: true },
          },
          rollback_targets: [],
        },
      },
      previous: digest("0"),
      retired: {},
      revision: 3,
      revoked: {},
      transition: null,
    },
  },
};

export function measurement(metric: string, value: number, more: Partial<Measurement> = {}): Measurement {
  return {
    metric,
    state: "measured",
    value,
    interval: null,
    baseline: null,
    samples: 100,
    note: null,
    reason: null,
    ...more,
  };
}

/** An output that was compared by the default rule. */
export const COMPARED: ComparedOutput = {
  output: "probabilities",
  dtype: "float32",
  elements: 100,
  atol: 1e-5,
  rtol: 1e-5,
  nan_equal: false,
  inf_equal: false,
  noise: false,
  extremes: [[2.4e-7, 1]],
};

export function evidenceOf(
  kind: EvidenceKind,
  measurements: readonly Measurement[],
  more: Partial<Evidence> = {},
): Evidence {
  return {
    schema_version: "modelgate/evidence/v1",
    kind,
    run_id: "flight-delay_1.1.0_none_20261120T110000Z_0a1b2c3d",
    model_version: "1.1.0",
    canary_phase: null,
    timestamp: "2026-11-20T11:00:00Z",
    subject: CANDIDATE,
    baseline: kind === "benchmark" ? LIVE : null,
    inputs: [],
    runner: {
      cpu_model: "AMD EPYC 7763",
      cores: 2,
      os: "linux",
      arch: "x64",
      node: "24.21.0",
      engine:
        kind === "integrity"
          ? null
          : {
              name: "onnxruntime-node",
              version: "1.30.0",
              digest: digest("e"),
              threads: 1,
              optimization_level: "all",
              execution_provider: "cpu",
            },
    },
    seed: 1,
    measurements,
    findings: [],
    ...(kind === "parity" ? { compared: [COMPARED] } : {}),
    details: {},
    ...more,
  };
}

/** One piece of evidence of each kind that the measurements need. */
export function evidenceWith(
  measurements: readonly Measurement[],
  more: Partial<Evidence> = {},
): readonly Evidence[] {
  const kinds = new Set(measurements.map(({ metric }) => METRICS.get(metric)!.kind));
  return [...kinds].map((kind) =>
    evidenceOf(
      kind,
      measurements.filter(({ metric }) => METRICS.get(metric)!.kind === kind),
      more,
    ),
  );
}

/** What a good candidate measures. */
export function goodMeasurements(): readonly Measurement[] {
  return [
    measurement("integrity.problems", 0),
    measurement("integrity.files", 12),
    measurement("parity.max_abs_diff", 2.4e-7),
    measurement("parity.scaled_diff", 2.4e-7),
    measurement("parity.elements_over_tolerance", 0),
    measurement("parity.label_agreement", 1),
    measurement("parity.outputs_mismatched", 0),
    measurement("parity.outputs_failed", 0),
    measurement("parity.outputs_empty", 0),
    measurement("parity.outputs_not_comparable", 0),
    measurement("parity.claims_broken", 0),
    measurement("parity.cases", 4),
    measurement("parity.repeatable", 1),
    measurement("benchmark.p95_batch1_ms", 0.9, {
      baseline: 0.8,
      interval: { low: 0.8, high: 1.1, level: 0.95 },
    }),
    measurement("benchmark.p95_batch32_ms", 7.9, {
      baseline: 4.1,
      interval: { low: 7.7, high: 8.2, level: 0.95 },
    }),
    measurement("benchmark.latency_ratio_batch32", 1.1, { interval: { low: 1.08, high: 1.12, level: 0.9 } }),
    measurement("benchmark.latency_ratio", 1.04, { interval: { low: 1.02, high: 1.06, level: 0.9 } }),
    measurement("benchmark.noise_cv", 0.03),
  ];
}

/** The policies as they are shipped. */
export function shippedSources(): readonly PolicySource[] {
  const root = new URL("../../policies/", import.meta.url);
  const gates = readdirSync(new URL("gates/", root)).map((name) => `gates/${name}`);
  return [...gates, "environments.yaml", "waivers.yaml"].map((path) => ({
    path: `policies/${path}`,
    bytes: readFileSync(new URL(path, root)),
  }));
}

export function source(path: string, text: string): PolicySource {
  return { path, bytes: Buffer.from(text) };
}

export const ENVIRONMENTS = source(
  "policies/environments.yaml",
  `apiVersion: modelgate/v1
kind: Environments
environments:
  - { name: staging, models: ["*"], canary_phases: ["5%", "50%"] }
  - { name: prod, models: ["*"], canary_phases: ["5%", "50%"] }
`,
);

/** A gate policy for production in prod; `body` is YAML from column 0: objectives, requires and so on. */
export function gateSource(body: string, name = "production"): PolicySource {
  return source(
    `policies/gates/${name}.yaml`,
    `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: ${name}, version: 3, owners: [ml-platform] }
match: { events: [PROMOTE_TO_PRODUCTION], environments: [prod], models: ["*"] }
${body}`,
  );
}

export const REQUEST: GateRequest = {
  event: "PROMOTE_TO_PRODUCTION",
  model: "flight-delay",
  version: "1.1.0",
  environment: "prod",
  phase: null,
  reason: "better out of time",
};

/** A promotion of CANDIDATE over LIVE under the shipped policies, with evidence that passes. */
export function inputWith(more: Partial<EvaluateInput> = {}): EvaluateInput {
  return {
    policies: parsePolicies(shippedSources()),
    evidence: evidenceWith(goodMeasurements()),
    ledger: LIVE_LEDGER,
    request: REQUEST,
    subject: CANDIDATE,
    baseline: LIVE,
    broken: [],
    revoked: [],
    history: { since: null, refusedBefore: [] },
    enforcedElsewhere: [],
    now: NOW,
    runId: "flight-delay_1.1.0_none_20261120T120000Z_0a1b2c3d",
    baseCommit: "4be1d2c0".padEnd(40, "0"),
    ...more,
  };
}
