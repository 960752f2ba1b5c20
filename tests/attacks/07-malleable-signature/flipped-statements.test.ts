import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { keyObjectSigner } from "../../../src/adapters/signing/key-object.ts";
import type { ApprovalStatement } from "../../../src/domain/approval-statement.ts";
import type { Checkpoint } from "../../../src/domain/audit.ts";
import { digestOf } from "../../../src/domain/digest.ts";
import { type Manifest, manifestHash } from "../../../src/domain/manifest.ts";
import { checkpointPayload } from "../../../src/ledger/audit/checkpoint.ts";
import { approvalPayload } from "../../../src/trust/approval/statement.ts";
import { manifestPayload } from "../../../src/trust/manifest-signature.ts";
import { NAMESPACES, parseSshSignature, verifySshSignature } from "../../../src/trust/ssh/sshsig.ts";
import { outcome } from "../../support/fuzz.ts";
import { keyPair, type LooseJson, signed, verify } from "../../support/oms.ts";
import { codes, problemsOf } from "../../support/problems.ts";
import { MANIFEST } from "../../support/sample-manifest.ts";

/** One bit turned over in what is signed besides commits: a manifest, an approval, a checkpoint, a bundle of a model. */
const { manifest_hash: _hash, ...sample } = MANIFEST;
const manifest: Manifest = { ...sample, manifest_hash: manifestHash(sample) };
const approval = {
  principal: "ada",
  to: { tree: "1".repeat(40), ledger_digest: digestOf("a") },
} as ApprovalStatement;
const checkpoint = { head: "1".repeat(40), count: 3, ledger_digest: digestOf("a") } as Checkpoint;
const signer = keyObjectSigner(generateKeyPairSync("ed25519").privateKey);

const STATEMENTS = {
  manifest: [manifestPayload(manifest), NAMESPACES.manifest],
  approval: [approvalPayload(approval), NAMESPACES.approval],
  checkpoint: [checkpointPayload(checkpoint), NAMESPACES.checkpoint],
} as const;

/** Each byte with one of its bits turned over, another bit for each. */
function* bent(bytes: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    yield flipped;
  }
}

describe.each(Object.entries(STATEMENTS))("the signature of a %s", (name, [payload, namespace]) => {
  let blob: Buffer;
  beforeAll(async () => void (blob = Buffer.from(await signer.sign(payload, namespace))));
  const isGood = (signature: Uint8Array, over: Uint8Array, purpose: string = namespace): boolean =>
    "value" in
    outcome(() => verifySshSignature(parseSshSignature(signature), { payload: over, namespace: purpose }));

  test("is good, so that the next tests mean something", () => {
    expect(isGood(blob, payload)).toBe(true);
  });

  test("is refused with a bit turned over in it, or in what it is over", () => {
    expect([...bent(blob)].filter((one) => isGood(one, payload))).toEqual([]);
    expect([...bent(payload)].filter((one) => isGood(blob, one))).toEqual([]);
  });

  test("is none for any other purpose, nor for one that only looks alike", () => {
    const others = [...Object.values(NAMESPACES), "file", "", `${namespace} `, namespace.toUpperCase()];
    expect(others.filter((one) => one !== namespace && isGood(blob, payload, one))).toEqual([]);
    expect(Object.keys(NAMESPACES)).toContain(name);
  });
});

describe.each([
  ["P-256", 2],
  ["P-384", 32],
  ["P-521", 32],
])("the DSSE signature of a model's bundle by %s", (curve, step) => {
  test("is refused with a bit turned over in it, in its statement, or in its payload's type", async () => {
    const { privateKey, publicKey } = keyPair(curve);
    const bundle: LooseJson = JSON.parse(Buffer.from(await signed(privateKey)).toString());
    const trust = { method: "key", key: publicKey } as const;
    const refused = async (change: (envelope: LooseJson) => void): Promise<string | undefined> => {
      const copy: LooseJson = structuredClone(bundle);
      change(copy.dsseEnvelope);
      return codes(await problemsOf(() => verify(Buffer.from(JSON.stringify(copy)), trust)))[0];
    };
    expect(await refused(() => undefined)).toBeUndefined();
    const { payload, signatures } = bundle.dsseEnvelope;
    for (const one of bent(Buffer.from(signatures[0].sig, "base64")))
      expect(await refused((envelope) => void (envelope.signatures[0].sig = one.toString("base64")))).toBe(
        "OMS_SIGNATURE_INVALID",
      );
    for (const one of [...bent(Buffer.from(payload, "base64"))].filter((_bytes, at) => at % step === 0))
      expect(await refused((envelope) => void (envelope.payload = one.toString("base64")))).toBeDefined();
    expect(await refused((envelope) => void (envelope.payloadType += "\u0000"))).toBe("OMS_PAYLOAD_TYPE");
  });
});
