import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { keyObjectSigner } from "../../../src/adapters/signing/key-object.ts";
import { GateError } from "../../../src/errors.ts";
import { verifyOpenPgp } from "../../../src/trust/openpgp/signature.ts";
import { armor, dearmor, parseSshSignature, verifySshSignature } from "../../../src/trust/ssh/sshsig.ts";
import { armorOpenPgp, Gpg } from "../../support/gpg.ts";
import { codes, problemsOf, utf8 } from "../../support/problems.ts";
import { sshSigParts } from "../../support/ssh-forge.ts";

const PAYLOAD = utf8("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n");

/** Every copy of some bytes with one bit turned over. */
function* flips(bytes: Uint8Array): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield flipped;
  }
}

/** The code of a refusal; "accepted" when there is none. Any other error is the test's to fail on. */
function verdict(blob: Uint8Array, payload: Uint8Array = PAYLOAD): string {
  try {
    verifySshSignature(parseSshSignature(blob), { payload, namespace: "git" });
    return "accepted";
  } catch (error) {
    if (error instanceof GateError) return error.code;
    throw error;
  }
}

describe("One bit turned over", () => {
  test("in any place of an Ed25519 signature: refused, by the code of the part that it is in", async () => {
    const signer = keyObjectSigner(generateKeyPairSync("ed25519").privateKey);
    const blob = Buffer.from(await signer.sign(PAYLOAD, "git"));
    expect(verdict(blob)).toBe("accepted");
    const found = new Map<string, number>();
    for (const flipped of flips(blob)) {
      const code = verdict(flipped);
      found.set(code, (found.get(code) ?? 0) + 1);
    }
    expect([...found.keys()].sort()).toEqual([
      "SIGNATURE_ALGORITHM_REFUSED",
      "SIGNATURE_HASH_REFUSED",
      "SIGNATURE_MALFORMED",
      "SIGNATURE_NAMESPACE_WRONG",
      "SIGNATURE_VERSION_UNSUPPORTED",
      "SIGNATURE_WRONG",
      "TRUST_KEY_ALGORITHM_REFUSED",
      "TRUST_KEY_MALFORMED",
    ]);
    // Each bit of the point and of the 64 bytes is one that only the arithmetic can tell.
    expect(found.get("SIGNATURE_WRONG")).toBe(32 * 8 + 64 * 8);
    expect([...found.values()].reduce((sum, n) => sum + n)).toBe(blob.length * 8);
  });

  test.each([
    ["ECDSA", () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey],
    ["RSA", () => generateKeyPairSync("rsa", { modulusLength: 3072 }).privateKey],
  ])("in any byte of an %s signature: refused", async (_name, make) => {
    const blob = Buffer.from(await keyObjectSigner(make()).sign(PAYLOAD, "git"));
    expect(verdict(blob)).toBe("accepted");
    const chosen = [...flips(blob)].filter((_flipped, bit) => bit % 8 === (bit >> 3) % 8);
    expect(chosen).toHaveLength(blob.length);
    expect(chosen.map((flipped) => verdict(flipped))).not.toContain("accepted");
  });

  test("in any place of the armor: refused", async () => {
    const signer = keyObjectSigner(generateKeyPairSync("ed25519").privateKey);
    const text = Buffer.from(armor(await signer.sign(PAYLOAD, "git")));
    for (const flipped of flips(text)) {
      const [code] = codes(
        await problemsOf(() =>
          verifySshSignature(parseSshSignature(dearmor(flipped)), { payload: PAYLOAD, namespace: "git" }),
        ),
      );
      expect([flipped.toString("latin1"), code]).not.toEqual([flipped.toString("latin1"), undefined]);
    }
  });

  test("in any place of the payload: the signature is wrong", async () => {
    const blob = await keyObjectSigner(generateKeyPairSync("ed25519").privateKey).sign(PAYLOAD, "git");
    for (const flipped of flips(PAYLOAD)) expect(verdict(blob, flipped)).toBe("SIGNATURE_WRONG");
  });

  test("in a part's length never lets two parts change places", async () => {
    const blob = Buffer.from(
      await keyObjectSigner(generateKeyPairSync("ed25519").privateKey).sign(PAYLOAD, "git"),
    );
    const { key, namespace, hash } = sshSigParts(blob);
    expect({ key: key.length, namespace, hash }).toEqual({ key: 51, namespace: "git", hash: "sha512" });
    for (let byte = 0; byte < blob.length - 4; byte += 1) {
      for (const length of [0, 1, 0x7f, 0xff_ff, 0xff_ff_ff_ff]) {
        const bent = Buffer.from(blob);
        bent.writeUInt32BE(length, byte);
        expect(verdict(bent) === "accepted").toBe(bent.equals(blob));
      }
    }
  });
});

describe("One bit turned over in an OpenPGP signature", () => {
  test.each([
    ["ed25519", 1],
    ["rsa3072", 8],
  ])("of a key of kind %s: refused, in every byte", async (algorithm, step) => {
    using gpg = new Gpg();
    const fingerprint = gpg.make("ada", algorithm);
    const binary = gpg.run(["--local-user", fingerprint, "--detach-sign"], PAYLOAD);
    const keys = [{ fingerprint, armored: gpg.export(fingerprint) }];
    const verdictOf = async (bytes: Buffer): Promise<string | undefined> =>
      codes(
        await problemsOf(() =>
          verifyOpenPgp({ payload: PAYLOAD, armored: Buffer.from(armorOpenPgp(bytes)) }, keys),
        ),
      )[0];
    expect(await verdictOf(binary)).toBeUndefined();
    const chosen = [...flips(binary)].filter((_flipped, bit) => (bit + (bit >> 3)) % step === 0);
    for (const flipped of chosen) expect(await verdictOf(flipped)).toBeDefined();
  });
});
