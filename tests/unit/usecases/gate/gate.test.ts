import { modelState } from "../../../../src/domain/ledger.ts";
import { modelDigest } from "../../../../src/ledger/ledger-text.ts";
import { ledgerOf } from "../../../support/ledgers.ts";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../../../src/domain/digest.ts";
import { formatJson } from "../../../../src/domain/document/format.ts";
import type { EvidencePack } from "../../../../src/domain/evidence.ts";
import type { Ledger, Transition } from "../../../../src/domain/ledger.ts";
import { openPorts, type Ports } from "../../../../src/host/wiring.ts";
import { formatLedger } from "../../../../src/ledger/ledger-text.ts";
import type { Decision } from "../../../../src/usecases/gate/decision.ts";
import { gate, type GateOptions } from "../../../../src/usecases/gate/gate.ts";
import type { AskedTransition } from "../../../../src/usecases/request.ts";
import { forecasts, type Forecasts, ORT_DIR } from "../../../support/forecasts.ts";
import { codes, problemsOf } from "../../../support/problems.ts";

const START = { now: new Date("2026-11-20T12:00:00Z"), nonce: "0a1b2c3d", seed: 1 };

const TO_SHADOW: AskedTransition = {
  event: "PROMOTE_TO_SHADOW",
  model: "flight-delay",
  version: "1.1.0",
  environment: "prod",
  phase: null,
  reason: "test",
  requestedBy: "Ada <ada@example.org>",
};

let team: Forecasts;
let ports: Ports;
let measured: Decision;

beforeAll(async () => {
  team = forecasts(["flight-delay@1.0.0", "flight-delay@1.1.0", "flight-delay@1.2.0"]);
  ports = await openPorts({
    repo: team.repo.root,
    ortDir: ORT_DIR,
    signal: new AbortController().signal,
    json: true,
    color: false,
  });
  measured = await gate(ports, TO_SHADOW, { start: START });
});

afterAll(() => team[Symbol.dispose]());

function ask(more: Partial<AskedTransition> = {}, options: Partial<GateOptions> = {}): Promise<Decision> {
  return gate(ports, { ...TO_SHADOW, ...more }, { start: START, ...options });
}

/** Writes a pack into the repository, with some of its files exchanged. */
function store(folder: string, exchanged: Readonly<Record<string, (text: string) => string>> = {}): string {
  for (const [path, bytes] of measured.pack) {
    const text = Buffer.from(bytes).toString("utf8");
    const file = join(team.repo.root, folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, exchanged[path]?.(text) ?? text);
  }
  return folder;
}

describe("a gate that measures", () => {
  test("passes a sound version and packs what it rests on", () => {
    expect(measured.verdict).toMatchObject({
      outcome: "PASS",
      run_id: "flight-delay_1.1.0_none_20261120T120000Z_0a1b2c3d",
    });
    expect([...measured.pack.keys()].sort()).toEqual([
      "integrity.json",
      "pack.json",
      "parity.json",
      "verdict.json",
    ]);
    const pack = JSON.parse(Buffer.from(measured.pack.get("pack.json") ?? "").toString()) as EvidencePack;
    expect(pack).toMatchObject({
      subject: measured.verdict.subject,
      base_commit: team.repo.git("rev-parse", "HEAD"),
      ledger_digest: modelDigest(modelState(ledgerOf(team.repo.root), "flight-delay")),
      policy_digest: measured.verdict.policy_digest,
    });
    for (const { path, sha256, size } of pack.files) {
      const bytes = measured.pack.get(path) ?? new Uint8Array();
      expect([path, digestOf(bytes), bytes.byteLength]).toEqual([path, sha256, size]);
    }
    expect(measured.evidenceDigest).toBe(digestOf(measured.pack.get("pack.json") ?? ""));
  });

  test("fails the version that differs from its reference, and says where", async () => {
    const { verdict } = await ask({ version: "1.2.0" });
    const failed = verdict.policies.flatMap(({ objectives }) =>
      objectives.filter(({ outcome }) => outcome === "FAIL"),
    );
    expect(verdict.outcome).toBe("FAIL");
    expect(failed.map(({ id, reason }) => [id, reason])).toEqual([
      ["onnx-parity", "GATE_HARD_LIMIT_MISSED"],
      ["parity-scale", "GATE_HARD_LIMIT_MISSED"],
      ["honest-claims", "GATE_HARD_LIMIT_MISSED"],
    ]);
  });

  test("gives a verdict, and so a record, also on a version that cannot be measured", async () => {
    const model = join(team.repo.root, "models/flight-delay/1.1.0/model.onnx");
    const bytes = readFileSync(model);
    writeFileSync(model, bytes.subarray(0, 100));
    try {
      const { verdict } = await ask();
      expect(verdict.outcome).toBe("FAIL");
      const reasons = verdict.policies.flatMap(({ objectives }) =>
        objectives.map(({ metric, reason }) => [metric, reason]),
      );
      expect(reasons).toContainEqual(["parity.elements_over_tolerance", "MODEL_FILE_CHANGED"]);
      expect(reasons).toContainEqual(["integrity.problems", "GATE_HARD_LIMIT_MISSED"]);
    } finally {
      writeFileSync(model, bytes);
    }
  });

  test.each([
    [{ version: "9.9.9" }, "GATE_VERSION_NOT_ON_BASE"],
    [{ event: "PROMOTE_TO_PRODUCTION" as const }, "LEDGER_MODEL_UNKNOWN"],
    [{ environment: "nowhere" }, "LEDGER_ENVIRONMENT_UNKNOWN"],
    [{ event: "ROLLBACK" as const, version: null }, "LEDGER_MODEL_UNKNOWN"],
  ])("refuses %o before it measures anything", async (more, code) => {
    expect(codes(await problemsOf(() => ask(more)))).toContain(code);
  });

  test("refuses a manifest that was edited in the work tree", async () => {
    const file = join(team.repo.root, "models/flight-delay/1.1.0/manifest.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace('"licence": "Apache-2.0"', '"licence": "MIT"'));
    try {
      expect(codes(await problemsOf(() => ask()))).toEqual(["GATE_VERSION_EDITED"]);
    } finally {
      writeFileSync(file, text);
    }
  });
});

test("a gate beside a live version refuses when its folder is not the one that went live", async () => {
  const ledger = JSON.parse(readFileSync(join(team.repo.root, "deployed.json"), "utf8")) as Ledger;
  const gone = `sha256:${"0".repeat(64)}` as const;
  const PRODUCTION = { version: "1.0.0", manifest_digest: gone, serving: true };
  const environments = { prod: { slots: { PRODUCTION }, rollback_targets: [] } };
  const transition: Transition = {
    event: "PROMOTE_TO_PRODUCTION",
    model: "flight-delay",
    version: "1.0.0",
    manifest_digest: gone,
    environment: "prod",
    from: "CANARY",
    to: "PRODUCTION",
    reason: "test",
    requested_by: "Ada",
    run_id: measured.verdict.run_id,
    decided_at: "2026-11-20T12:00:00Z",
    policy_digest: gone,
    evidence_digest: gone,
    verdict: "PASS",
  };
  const models = {
    "flight-delay": { environments, previous: gone, retired: {}, revision: 1, revoked: {}, transition },
  };
  const head = team.repo.git("rev-parse", "HEAD");
  team.repo.commit({
    "deployed.json": formatLedger({ ...ledger, models }),
  });
  try {
    expect(codes(await problemsOf(() => ask()))).toEqual(["GATE_LIVE_VERSION_EDITED"]);
  } finally {
    team.repo.git("reset", "-q", "--hard", head);
  }
});

describe("a gate on stored evidence", () => {
  test("gives the same verdict without running a model", async () => {
    const noEngine = {
      ...ports,
      engine: {
        ...ports.engine,
        start: () => {
          throw new Error("A model was run.");
        },
      },
    };
    const again = await gate(noEngine, TO_SHADOW, { start: START, evidence: store("same") });
    expect(formatJson(again.verdict)).toBe(formatJson(measured.verdict));
    expect(again.evidenceDigest).toBe(measured.evidenceDigest);
  });

  const other = `sha256:${"0".repeat(64)}`;
  const edit = (change: (pack: Record<string, unknown>) => void) => (text: string) => {
    const value = JSON.parse(text) as Record<string, unknown>;
    change(value);
    return formatJson(value);
  };

  test.each([
    [
      "the pack's subject",
      "pack.json",
      edit((pack) => Object.assign(pack["subject"] as object, { manifest_digest: other })),
      "EVIDENCE_SUBJECT_MISMATCH",
    ],
    [
      "the policy",
      "pack.json",
      edit((pack) => Object.assign(pack, { policy_digest: other })),
      "EVIDENCE_POLICY_MISMATCH",
    ],
    [
      "the base commit",
      "pack.json",
      edit((pack) => Object.assign(pack, { base_commit: "0".repeat(40) })),
      "EVIDENCE_BASE_MISMATCH",
    ],
    [
      "the ledger",
      "pack.json",
      edit((pack) => Object.assign(pack, { ledger_digest: other })),
      "EVIDENCE_LEDGER_MISMATCH",
    ],
    [
      "the engine",
      "pack.json",
      edit((pack) => Object.assign(pack, { engine_digest: other })),
      "EVIDENCE_ENGINE_MISMATCH",
    ],
    [
      "the list of files",
      "pack.json",
      edit((pack) => Object.assign(pack, { files: [] })),
      "EVIDENCE_UNLISTED",
    ],
    [
      "a number",
      "parity.json",
      (text: string) => text.replace(/"value": 2\.98\d*e-7/, '"value": 1e-9'),
      "EVIDENCE_DIGEST_MISMATCH",
    ],
    [
      "the evidence's subject",
      "parity.json",
      edit((one) => Object.assign(one["subject"] as object, { manifest_digest: other })),
      "EVIDENCE_SUBJECT_MISMATCH",
    ],
    [
      "the kind",
      "parity.json",
      edit((one) => Object.assign(one, { kind: "benchmark" })),
      "EVIDENCE_KIND_MISMATCH",
    ],
  ])("refuses it when %s was exchanged", async (what, file, change, code) => {
    const folder = store(`swapped-${what.replaceAll(/\W/g, "-")}`, { [file]: change });
    expect(codes(await problemsOf(() => ask({}, { evidence: folder })))).toContain(code);
  });

  test("refuses a folder without evidence", async () => {
    expect(codes(await problemsOf(() => ask({}, { evidence: "nowhere" })))).toEqual(["EVIDENCE_MISSING"]);
  });
});
