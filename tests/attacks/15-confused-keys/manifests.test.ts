import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyObjectSigner } from "../../../src/adapters/signing/key-object.ts";
import { type Manifest, manifestHash } from "../../../src/domain/manifest.ts";
import type { Signer } from "../../../src/ports/signing.ts";
import { signManifest } from "../../../src/usecases/registry/sign-manifest.ts";
import { type SignedVersionScene, signedVersionScene } from "../../support/signed-version.ts";
import {
  innerSignature,
  splitInner,
  sshSigBlob,
  type SshSigParts,
  sshSigParts,
} from "../../support/ssh-forge.ts";
import { testKey } from "../../support/trust.ts";

/** Attack 15: a manifest signed by one key under the name of another, for another purpose, or by another algorithm. */
const [ada, eve] = [testKey(), testKey()];
const honest = keyObjectSigner(ada.private);
let scene: SignedVersionScene;
beforeAll(async () => void (scene = await signedVersionScene(ada)));
afterAll(() => scene[Symbol.dispose]());

const codesOf = (by: Signer): Promise<readonly string[]> =>
  scene.registering({ sealed: (manifest) => signManifest(manifest, by) });

/** Signs as ada does, and bends the parts of what comes out. */
const bent = (change: (parts: SshSigParts) => Partial<SshSigParts>): Signer => ({
  key: honest.key,
  async sign(payload, namespace) {
    const parts = sshSigParts(Buffer.from(await honest.sign(payload, namespace)));
    return sshSigBlob({ ...parts, ...change(parts) });
  },
});

describe("the signature of a manifest", () => {
  it("by the key that it names passes, so that the next tests mean something", async () => {
    expect(await codesOf(honest)).toEqual([]);
  });

  it.each<[string, Signer, string]>([
    ["by a stranger", keyObjectSigner(eve.private), "TRUST_KEY_UNKNOWN"],
    [
      "by a stranger under a trusted name",
      { ...keyObjectSigner(eve.private), key: honest.key },
      "MANIFEST_SIGNING_KEY_MISMATCH",
    ],
    [
      "by a trusted key under a stranger's name",
      { ...honest, key: eve.public },
      "MANIFEST_SIGNING_KEY_MISMATCH",
    ],
    [
      "that was made for a commit",
      { ...honest, sign: (payload) => honest.sign(payload, "git") },
      "SIGNATURE_NAMESPACE_WRONG",
    ],
    [
      "that was made for an approval",
      { ...honest, sign: (payload) => honest.sign(payload, "approval@modelgate") },
      "SIGNATURE_NAMESPACE_WRONG",
    ],
    [
      "of another text",
      { ...honest, sign: (_, namespace) => honest.sign(Buffer.from("x"), namespace) },
      "SIGNATURE_WRONG",
    ],
    [
      "that calls its algorithm another",
      bent(({ inner }) => ({ inner: innerSignature("rsa-sha2-512", splitInner(inner).value) })),
      "SIGNATURE_ALGORITHM_REFUSED",
    ],
    [
      "that calls its algorithm none",
      bent(() => ({ inner: innerSignature("none", new Uint8Array()) })),
      "SIGNATURE_ALGORITHM_REFUSED",
    ],
    ["that calls its hash another", bent(() => ({ hash: "sha256" })), "SIGNATURE_WRONG"],
    ["over SHA-1", bent(() => ({ hash: "sha1" })), "SIGNATURE_HASH_REFUSED"],
    ["followed by something", bent(() => ({ rest: Buffer.from("x") })), "SIGNATURE_MALFORMED"],
  ])("%s is refused", async (_, signer, code) => {
    expect(await codesOf(signer)).toEqual([code]);
  });

  it("of the manifest as it was before it was changed is refused", async () => {
    const sealed = async (manifest: Manifest): Promise<Manifest> => {
      const signed = await signManifest(manifest, honest);
      const later = { ...signed, created_at: "2026-01-01T00:00:00Z" };
      return { ...later, manifest_hash: manifestHash(later) };
    };
    expect(await scene.registering({ sealed })).toEqual(["SIGNATURE_WRONG"]);
  });
});
