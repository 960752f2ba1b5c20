import { sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFiles } from "../../../src/adapters/fs/files.ts";
import type { EvidencePack } from "../../../src/domain/evidence.ts";
import { type ExpectedSummary, checkSummary } from "../../../src/trust/attestation/vsa.ts";
import { preAuthenticationEncoding } from "../../../src/trust/dsse.ts";
import { parseOmsBundle } from "../../../src/trust/oms/bundle.ts";
import { signBundle } from "../../../src/trust/oms/sign.ts";
import { exportDecision } from "../../../src/usecases/attestation/export-decision.ts";
import { proveSigner } from "../../../src/usecases/oms/verify-model.ts";
import { type CheckScene, checkScene, packPath } from "../../support/check-scene.ts";
import { keyPair, type LooseJson } from "../../support/oms.ts";
import { codes, problemsOf } from "../../support/problems.ts";

/**
 * Attack 16 (CVE-2026-31830): an attestation whose signature holds, shown for another artifact, level, resource, or by
 * another verifier. Real decisions of a real repository, exported and signed.
 */
const { privateKey, publicKey } = keyPair();
const VERIFIER = "https://example.org/gate";
let scene: CheckScene;
let [shadow, staging]: Buffer[] = [];
let expected: ExpectedSummary;

beforeAll(async () => {
  scene = await checkScene(["flight-delay@1.0.0"]);
  [shadow, staging] = [await exported("prod"), await exported("staging")];
  const { subject } = pack();
  expected = {
    subject: subject.artifact_digest,
    verifierId: VERIFIER,
    resourceUri: "modelgate:flight-delay@1.0.0/prod",
    level: "MODELGATE_PROMOTE_TO_SHADOW",
  };
});
afterAll(() => scene[Symbol.dispose]());

const pack = (): EvidencePack =>
  JSON.parse(readFileSync(join(scene.repo.root, packPath(scene), "pack.json"), "utf8")) as EvidencePack;

/** The statement about a promotion, which is left checked out. */
async function exported(environment: string, kind: "vsa" | "test-result" = "vsa"): Promise<Buffer> {
  const branch = await scene.propose({ environment });
  scene.repo.git("checkout", "-q", branch);
  const folder = packPath(scene);
  const how = { kind, folder, version: "1.0.0", verifierId: VERIFIER, resourceUri: null };
  const statement = Buffer.from(await exportDecision(createFiles(scene.repo.root), how));
  if (environment === "staging") scene.repo.git("checkout", "-q", "promote/prod/flight-delay");
  else scene.repo.git("checkout", "-q", "main");
  return statement;
}

/** What a consumer does with a bundle. */
async function consume(bundle: Uint8Array, wanted: Partial<ExpectedSummary> = {}): Promise<string[]> {
  const found = await problemsOf(async () => {
    const parsed = parseOmsBundle(bundle, "vsa.sig");
    await proveSigner(parsed, { method: "key", key: publicKey });
    checkSummary(parsed.payload, parsed.file, { ...expected, ...wanted });
  });
  return codes(found);
}

const bundleOf = (statement: Uint8Array, key = privateKey): Buffer =>
  Buffer.from(signBundle(statement, { key, chain: [] }));
const changed = (change: (statement: LooseJson) => unknown): Buffer => {
  const statement: LooseJson = JSON.parse(String(shadow));
  change(statement);
  return Buffer.from(JSON.stringify(statement));
};

describe("a summary whose signature holds", () => {
  it("verifies for what it says, so that the next tests mean something", async () => {
    expect(await consume(bundleOf(shadow!))).toEqual([]);
    expect(
      await consume(bundleOf(staging!), { resourceUri: "modelgate:flight-delay@1.0.0/staging" }),
    ).toEqual([]);
  });

  it.each<[string, Partial<ExpectedSummary>]>([
    ["another artifact", { subject: `sha256:${"0".repeat(64)}` }],
    ["another verifier", { verifierId: "https://example.org/Gate" }],
    ["another model", { resourceUri: "modelgate:flight-delay@1.1.0/prod" }],
    ["a higher level", { level: "MODELGATE_PROMOTE_TO_PRODUCTION" }],
    ["a level that it only begins with", { level: "MODELGATE_PROMOTE_TO_" }],
  ])("is refused for %s", async (_, wanted) => {
    expect(await consume(bundleOf(shadow!), wanted)).toEqual(["ATTESTATION_MISMATCH"]);
  });

  it("of one environment is refused for another", async () => {
    expect(await consume(bundleOf(staging!))).toEqual(["ATTESTATION_MISMATCH"]);
  });

  it.each<[string, (statement: LooseJson) => unknown, string[]]>([
    ["failed", (s) => void (s.predicate.verificationResult = "FAILED"), ["ATTESTATION_MISMATCH"]],
    [
      "says passed in other letters",
      (s) => void (s.predicate.verificationResult = "passed"),
      ["ATTESTATION_MISMATCH"],
    ],
    [
      "is of another predicate",
      (s) => void (s.predicateType = "https://slsa.dev/provenance/v1"),
      ["ATTESTATION_TYPE"],
    ],
    [
      "is of an older version of the predicate",
      (s) => void (s.predicateType = "https://slsa.dev/verification_summary/v0.2"),
      ["ATTESTATION_TYPE"],
    ],
    ["names its subject by another algorithm", (s) => rename(s), ["ATTESTATION_MISMATCH"]],
    ["has no subject", (s) => void (s.subject = []), ["DOCUMENT_VALUE_INVALID"]],
    ["has no level", (s) => void delete s.predicate.verifiedLevels, ["DOCUMENT_KEY_MISSING"]],
  ])("that %s is refused", async (_, change, wanted) => {
    expect(await consume(bundleOf(changed(change)))).toEqual(wanted);
  });

  it("is no summary when it is the other statement of the same decision", async () => {
    scene.repo.git("checkout", "-q", "main");
    scene.repo.git("branch", "-D", "promote/prod/flight-delay");
    expect(await consume(bundleOf(await exported("prod", "test-result")))).toEqual(["ATTESTATION_TYPE"]);
  });
});

describe("a summary whose signature does not hold", () => {
  it("by another key, over another statement, or of a model's bundle, is refused", async () => {
    expect(await consume(bundleOf(shadow!, keyPair().privateKey))).toEqual(["OMS_KEY_HINT_MISMATCH"]);
    const bundle: LooseJson = JSON.parse(String(bundleOf(shadow!)));
    bundle.dsseEnvelope.payload = staging!.toString("base64");
    expect(await consume(Buffer.from(JSON.stringify(bundle)))).toEqual(["OMS_SIGNATURE_INVALID"]);
    bundle.dsseEnvelope.payload = shadow!.toString("base64");
    const data = preAuthenticationEncoding("application/json", shadow!);
    bundle.dsseEnvelope.signatures[0].sig = sign("sha256", data, privateKey).toString("base64");
    expect(await consume(Buffer.from(JSON.stringify(bundle)))).toEqual(["OMS_SIGNATURE_INVALID"]);
    expect(await consume(bundleOf(shadow!.subarray(0, -1)))).toEqual(["DOCUMENT_TRUNCATED"]);
  });
});

function rename(statement: LooseJson): void {
  for (const one of statement.subject) one.digest = { sha512: one.digest.sha256 };
}
