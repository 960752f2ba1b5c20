import { sign } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IN_TOTO_PAYLOAD_TYPE, preAuthenticationEncoding } from "../../../src/trust/dsse.ts";
import { keyHint } from "../../../src/trust/oms/key.ts";
import { type Issued, issue, type LooseJson, SIGNING } from "../../support/oms.ts";
import { ecKey, type SignedVersionScene, signedVersionScene } from "../../support/signed-version.ts";
import type { TestKey } from "../../support/trust.ts";

/** Attack 15: a bundle that would have its own words decide which key, which method and which algorithm it is judged by. */
const eve = ecKey();
const pem = ({ public: { key } }: TestKey): string => String(key.export({ type: "spki", format: "pem" }));
const rawKey = (key: TestKey) => ({ rawBytes: Buffer.from(pem(key)).toString("base64") });
const material = (publicKey: LooseJson) => (bundle: LooseJson) =>
  void (bundle.verificationMaterial = { publicKey, tlogEntries: [] });

let [scene, wide]: SignedVersionScene[] = [];
let certificate: Issued;
beforeAll(async () => {
  scene = await signedVersionScene();
  wide = await signedVersionScene(ecKey("P-384"));
  certificate = await issue({ name: "ada", extensions: SIGNING });
});
afterAll(() => {
  for (const each of [scene, wide]) each?.[Symbol.dispose]();
});

/** The codes on the version with a bundle of ada's or of another key, changed after it was signed. */
async function codesOf(bundle: (bundle: LooseJson) => unknown, key?: TestKey): Promise<readonly string[]> {
  return scene!.registering({ bundle: await scene!.bundle({ bundle, ...(key ? { key } : {}) }) });
}

describe("a bundle by a stranger's key", () => {
  it.each<[string, () => LooseJson, string]>([
    ["that names itself", () => ({ hint: keyHint(eve.public.key) }), "TRUST_KEY_UNKNOWN"],
    ["that brings itself along", () => rawKey(eve), "TRUST_KEY_UNKNOWN"],
    ["that is not named", () => ({}), "TRUST_KEY_UNKNOWN"],
    [
      "that takes the name of a trusted one",
      () => ({ hint: keyHint(scene!.ada.public.key) }),
      "OMS_SIGNATURE_INVALID",
    ],
    ["that brings a trusted one along", () => rawKey(scene!.ada), "TRUST_KEY_UNKNOWN"],
    [
      "that brings itself under a trusted name",
      () => ({ ...rawKey(eve), hint: keyHint(scene!.ada.public.key) }),
      "OMS_KEY_HINT_MISMATCH",
    ],
  ])("%s is refused", async (_, publicKey, code) => {
    expect(await codesOf(material(publicKey()), eve)).toEqual([code]);
  });
});

describe("a bundle by a trusted key", () => {
  it.each<[string, (bundle: LooseJson) => unknown, string]>([
    ["that names a stranger's", (b) => material({ hint: keyHint(eve.public.key) })(b), "TRUST_KEY_UNKNOWN"],
    [
      "as a certificate, which nobody asked for",
      (b) => {
        const rawBytes = Buffer.from(certificate.der).toString("base64");
        b.verificationMaterial = { x509CertificateChain: { certificates: [{ rawBytes }] }, tlogEntries: [] };
      },
      "OMS_METHOD_MISMATCH",
    ],
    ["with a second signature, by a stranger", (b) => second(b, eve), "DOCUMENT_VALUE_INVALID"],
    ["with its own signature twice", (b) => second(b, scene!.ada), "DOCUMENT_VALUE_INVALID"],
    ["that names no algorithm but none", (b) => signature(b, "none"), "OMS_SIGNATURE_INVALID"],
    [
      "whose signature is two numbers instead of DER",
      (b) => resigned(b, { dsaEncoding: "ieee-p1363" }),
      "OMS_SIGNATURE_INVALID",
    ],
    [
      "over the faulty encoding of model-signing 0.2.0",
      (b) => resigned(b, { prefix: "DSSEV1 " }),
      "OMS_SIGNATURE_INVALID",
    ],
    ["over the payload alone", (b) => resigned(b, { prefix: null }), "OMS_SIGNATURE_INVALID"],
    ["over another hash of the same curve", (b) => resigned(b, { hash: "sha384" }), "OMS_SIGNATURE_INVALID"],
  ])("%s is refused", async (_, bundle, code) => {
    expect(await codesOf(bundle)).toEqual([code]);
  });

  it("of P-384 is good by SHA-384, and refused by SHA-256", async () => {
    expect(await wide!.registering({ bundle: await wide!.bundle() })).toEqual([]);
    const bundle = (b: LooseJson): void => resigned(b, { hash: "sha256", key: wide!.ada });
    expect(await wide!.registering({ bundle: await wide!.bundle({ bundle }) })).toEqual([
      "OMS_SIGNATURE_INVALID",
    ]);
  });
});

function signature(bundle: LooseJson, text: string): void {
  bundle.dsseEnvelope.signatures[0].sig = Buffer.from(text).toString("base64");
}

function second(bundle: LooseJson, by: TestKey): void {
  const data = preAuthenticationEncoding(IN_TOTO_PAYLOAD_TYPE, payloadOf(bundle));
  const sig = sign("sha256", data, by.private).toString("base64");
  bundle.dsseEnvelope.signatures.push({ sig, keyid: "" });
}

const payloadOf = (bundle: LooseJson): Buffer => Buffer.from(bundle.dsseEnvelope.payload, "base64");

interface Signing {
  readonly hash?: string;
  readonly dsaEncoding?: "der" | "ieee-p1363";
  /** Of the encoding that is signed; null: the payload alone. */
  readonly prefix?: string | null;
  readonly key?: TestKey;
}

function resigned(bundle: LooseJson, of: Signing): void {
  const { hash = "sha256", dsaEncoding = "der", prefix = "DSSEv1 ", key = scene!.ada } = of;
  const payload = payloadOf(bundle);
  const encoded = preAuthenticationEncoding(IN_TOTO_PAYLOAD_TYPE, payload).subarray("DSSEv1 ".length);
  const data = prefix === null ? payload : Buffer.concat([Buffer.from(prefix), encoded]);
  const sig = sign(hash, data, { key: key.private, dsaEncoding });
  bundle.dsseEnvelope.signatures[0].sig = sig.toString("base64");
}
