import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { keyObjectSigner } from "../../../src/adapters/signing/key-object.ts";
import { formatJson } from "../../../src/domain/document/format.ts";
import { parseJson } from "../../../src/domain/document/json.ts";
import type { Manifest } from "../../../src/domain/manifest.ts";
import {
  manifestPayload,
  manifestSignatureProblems,
  type SignatureGround,
} from "../../../src/trust/manifest-signature.ts";
import type { TrustRegistry } from "../../../src/trust/registry.ts";
import { signManifest } from "../../../src/usecases/registry/sign-manifest.ts";
import { codes, utf8 } from "../../support/problems.ts";
import { MANIFEST } from "../../support/sample-manifest.ts";
import { type KeyEntry, testKey, trustOf } from "../../support/trust.ts";

const UNSIGNED: Manifest = { ...MANIFEST, signature: null, signing_key_id: null };
const ada = testKey();
const signer = keyObjectSigner(ada.private);
const signed = await signManifest(UNSIGNED, signer);

const problemsOf = (
  manifest: Manifest,
  trust: TrustRegistry | null = null,
  use: SignatureGround["use"] = "now",
) =>
  manifestSignatureProblems(manifest, parseJson(utf8(formatJson(manifest)), "manifest.json"), { trust, use });

const trusting = (more: Partial<KeyEntry> = {}, roles: readonly string[] = ["model-signer"]) =>
  trustOf({ principals: [{ id: "ada", roles, keys: [{ id: "ada", key: ada, ...more }] }] });

const required = (text: Parameters<typeof trustOf>[0] = {}) =>
  trustOf({ ...text, more: ["manifest_signature: required"] });

describe("a signed manifest", () => {
  it("names its key, and its hash covers that name", () => {
    expect(signed.signing_key_id).toBe(ada.fingerprint);
    expect(signed.manifest_hash).not.toBe(UNSIGNED.manifest_hash);
  });

  it.each(["ed25519", "P-256", "P-384", "P-521", "rsa"])(
    "is accepted from a model-signer with %s",
    async (kind) => {
      const key = testKey(() =>
        kind === "ed25519"
          ? generateKeyPairSync("ed25519")
          : kind === "rsa"
            ? generateKeyPairSync("rsa", { modulusLength: 3072 })
            : generateKeyPairSync("ec", { namedCurve: kind }),
      );
      const manifest = await signManifest(UNSIGNED, keyObjectSigner(key.private));
      const trust = trustOf({
        principals: [{ id: "ada", roles: ["model-signer"], keys: [{ id: "ada", key }] }],
      });
      expect(problemsOf(manifest, trust)).toEqual([]);
    },
  );

  it("is verified where nobody is trusted, and asked no further", () => {
    expect(problemsOf(signed)).toEqual([]);
  });

  it("keeps a good signature of the same key, and gets a new one from another", async () => {
    const ecdsa = keyObjectSigner(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
    const once = await signManifest(UNSIGNED, ecdsa);
    expect(await signManifest(once, ecdsa)).toEqual(once);
    expect((await signManifest(once, signer)).signing_key_id).toBe(ada.fingerprint);
  });

  it("is signed over all of the manifest but the signature", () => {
    const text = Buffer.from(manifestPayload(signed)).toString();
    expect(text).toContain(`"signing_key_id":"${ada.fingerprint}"`);
    expect(text).not.toContain('"signature"');
  });
});

describe("a manifest is refused when", () => {
  it("nobody signed it where that is required, unless it was registered before", () => {
    expect(codes(problemsOf(UNSIGNED, required()))).toEqual(["MANIFEST_UNSIGNED"]);
    expect(problemsOf(UNSIGNED, required(), "earlier")).toEqual([]);
    expect(problemsOf(UNSIGNED, trustOf({}))).toEqual([]);
  });

  it("its key is unknown", () => {
    expect(codes(problemsOf(signed, trustOf({})))).toEqual(["TRUST_KEY_UNKNOWN"]);
  });

  it("its key is revoked, also when it was registered before", () => {
    const trust = trusting({ revoked: "stolen" });
    expect(codes(problemsOf(signed, trust))).toEqual(["TRUST_KEY_REVOKED"]);
    expect(codes(problemsOf(signed, trust, "earlier"))).toEqual(["TRUST_KEY_REVOKED"]);
  });

  it("its key is retired and it is new; what was registered before stands", () => {
    const trust = trusting({ retired: "rotated" });
    expect(codes(problemsOf(signed, trust))).toEqual(["TRUST_KEY_RETIRED"]);
    expect(problemsOf(signed, trust, "earlier")).toEqual([]);
  });

  it("its key has another role", () => {
    expect(codes(problemsOf(signed, trusting({}, ["release-manager"])))).toEqual(["TRUST_ROLE_MISSING"]);
  });

  it.each<[string, (manifest: Manifest) => Manifest, string]>([
    ["a field changed", (one) => ({ ...one, licence: "MIT" }), "SIGNATURE_WRONG"],
    [
      "the key's name changed",
      (one) => ({ ...one, signing_key_id: testKey().fingerprint }),
      "SIGNATURE_WRONG",
    ],
    ["the signature is no base64", (one) => ({ ...one, signature: "no base64" }), "SIGNATURE_MALFORMED"],
    [
      "the signature has line breaks",
      (one) => ({ ...one, signature: `${one.signature}\n` }),
      "SIGNATURE_MALFORMED",
    ],
    ["the signature goes on", (one) => ({ ...one, signature: longer(one.signature) }), "SIGNATURE_MALFORMED"],
  ])("%s", (_, change, code) => {
    expect(codes(problemsOf(change(signed), trusting()))).toEqual([code]);
  });

  it("a field is named that another key signed over", async () => {
    const draft = { ...UNSIGNED, signing_key_id: testKey().fingerprint };
    const blob = await signer.sign(manifestPayload(draft), "manifest@modelgate");
    const manifest = { ...draft, signature: Buffer.from(blob).toString("base64") };
    expect(codes(problemsOf(manifest, trusting()))).toEqual(["MANIFEST_SIGNING_KEY_MISMATCH"]);
  });

  it("its signature was made for something else", async () => {
    const { signature: _none, ...draft } = signed;
    const blob = await signer.sign(manifestPayload(draft), "approval@modelgate");
    const manifest = { ...signed, signature: Buffer.from(blob).toString("base64") };
    expect(codes(problemsOf(manifest, trusting()))).toEqual(["SIGNATURE_NAMESPACE_WRONG"]);
  });

  it("any bit of its signature flips", () => {
    const bytes = Buffer.from(signed.signature ?? "", "base64");
    const accepted = Array.from({ length: bytes.length }, (_, at) => {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      return problemsOf({ ...signed, signature: flipped.toString("base64") }, trusting());
    }).filter((problems) => problems.length === 0);
    expect(accepted).toEqual([]);
  });

  it("says where: at the signature, or at the name of its key", () => {
    const [wrong] = problemsOf({ ...signed, licence: "MIT" });
    const [unknown] = problemsOf(signed, trustOf({}));
    expect([wrong?.where?.pointer, unknown?.where?.pointer]).toEqual(["/signature", "/signing_key_id"]);
  });
});

function longer(signature: string | null): string {
  return Buffer.concat([Buffer.from(signature ?? "", "base64"), Buffer.of(0)]).toString("base64");
}
