import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyObjectSigner } from "../../../src/adapters/signing/key-object.ts";
import { GateError } from "../../../src/errors.ts";
import type { Signer } from "../../../src/ports/signing.ts";
import { type OpenPgpKey, verifyOpenPgp } from "../../../src/trust/openpgp/signature.ts";
import { openSshLine, parsePublicKey, publicKeyFromWire } from "../../../src/trust/public-key.ts";
import { armor, dearmor, parseSshSignature, verifySshSignature } from "../../../src/trust/ssh/sshsig.ts";
import { wireString } from "../../../src/trust/ssh/wire.ts";
import { BOUNDED, edited, edits, isRefused, latin1, outcome } from "../../support/fuzz.ts";
import { armorOpenPgp, Gpg } from "../../support/gpg.ts";
import { utf8 } from "../../support/problems.ts";
import { innerSignature, sshSigBlob, type SshSigParts, sshSigParts } from "../../support/ssh-forge.ts";

const PAYLOAD = utf8("What is signed.\n");

const KINDS = [
  () => generateKeyPairSync("ed25519").privateKey,
  () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  () => generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey,
  () => generateKeyPairSync("rsa", { modulusLength: 3072 }).privateKey,
];
let signers: readonly Signer[];
let blobs: readonly Buffer[];

beforeAll(async () => {
  signers = KINDS.map((make) => keyObjectSigner(make()));
  blobs = await Promise.all(signers.map(async (signer) => Buffer.from(await signer.sign(PAYLOAD, "git"))));
});

const verified = (blob: Uint8Array, payload: Uint8Array = PAYLOAD) =>
  outcome(() => verifySshSignature(parseSshSignature(blob), { payload, namespace: "git" }));

describe("SSHSIG", () => {
  test("bytes at random are refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(isRefused(() => parseSshSignature(bytes))).toBe(true);
        expect(isRefused(() => publicKeyFromWire(bytes))).toBe(true);
      }),
      BOUNDED,
    );
  });

  test("a good signature, edited in any way, is refused", () => {
    fc.assert(
      fc.property(fc.nat(), edits, (which, by) => {
        const blob = blobs[which % blobs.length] as Buffer;
        const bent = edited(blob, by);
        expect("value" in verified(bent)).toBe(bent.equals(blob));
      }),
      BOUNDED,
    );
  });

  test("parts of one signature in another, and parts at random, are refused", () => {
    const name = fc.constantFrom(
      "git",
      "file",
      "manifest@modelgate",
      "",
      "git\0",
      "sha256",
      "sha512",
      "ssh-rsa",
    );
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      name.map((text) => utf8(text)),
    );
    const parts = fc.record(
      {
        version: fc.constantFrom(0, 1, 2, 0xffff_ffff),
        key: part,
        namespace: name,
        reserved: name,
        hash: name,
        inner: fc.oneof(
          part,
          fc.tuple(name, part).map(([algorithm, value]) => innerSignature(algorithm, value)),
        ),
        rest: part,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.subarray(["key", "inner", "hash"]),
        parts,
        (one, two, swapped, random) => {
          const mine = blobs[one % blobs.length] as Buffer;
          const theirs = sshSigParts(blobs[two % blobs.length] as Buffer);
          const foreign = Object.fromEntries(
            swapped.map((name) => [name, theirs[name as keyof SshSigParts]]),
          );
          const bent = sshSigBlob({ ...sshSigParts(mine), ...foreign, ...random });
          const isGood = blobs.some((blob) => blob.equals(bent));
          expect("value" in verified(bent)).toBe(isGood);
        },
      ),
      BOUNDED,
    );
  });

  test("another payload is never signed", () => {
    fc.assert(
      fc.property(fc.nat(), fc.uint8Array({ maxLength: 100 }), (which, payload) => {
        const same = Buffer.from(payload).equals(PAYLOAD);
        expect("value" in verified(blobs[which % blobs.length] as Buffer, payload)).toBe(same);
      }),
      BOUNDED,
    );
  });

  test("a blob that is read is written the same again", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(dearmor(Buffer.from(armor(bytes))).equals(bytes)).toBe(true);
      }),
      BOUNDED,
    );
  });
});

describe("The armor", () => {
  test("edited in any way is refused", () => {
    fc.assert(
      fc.property(fc.nat(), edits, (which, by) => {
        const text = Buffer.from(armor(blobs[which % blobs.length] as Buffer));
        const bent = edited(text, by);
        const read = outcome(() => verified(dearmor(bent)));
        expect("value" in read && "value" in read.value).toBe(bent.equals(text));
      }),
      BOUNDED,
    );
  });
});

describe("An OpenPGP signature", () => {
  const gpg = new Gpg();
  afterAll(() => gpg[Symbol.dispose]());

  /** The fingerprint of the signer; "refused" for an error with a code. Any other error fails the test. */
  const signer = (armored: string, keys: readonly OpenPgpKey[]): Promise<string> =>
    verifyOpenPgp({ payload: PAYLOAD, armored: Buffer.from(armored, "latin1") }, keys).catch(
      (error: unknown) => {
        if (error instanceof GateError) return "refused";
        throw error;
      },
    );

  test("of text at random, in or without its frame, is refused", async () => {
    const packet = fc
      .tuple(fc.constantFrom(0x88, 0xc2), fc.uint8Array({ maxLength: 180 }))
      .map(([tag, rest]) => Buffer.from([tag, rest.length + 6, 4, 0, 22, 8, 0, 0, ...rest]));
    const text = fc.oneof(latin1(200), fc.oneof(fc.uint8Array({ maxLength: 200 }), packet).map(armorOpenPgp));
    await fc.assert(
      fc.asyncProperty(text, async (bent) => {
        expect(await signer(bent, [])).toBe("refused");
      }),
      BOUNDED,
    );
  });

  test("that is good, edited in any way, is refused; and an edited key is refused or the same", async () => {
    const fingerprint = gpg.make("ada", "ed25519");
    const good = gpg.run(["--local-user", fingerprint, "--detach-sign"], PAYLOAD);
    const armored = gpg.export(fingerprint);
    expect(await signer(armorOpenPgp(good), [{ fingerprint, armored }])).toBe(fingerprint);
    await fc.assert(
      fc.asyncProperty(edits, async (by) => {
        const bent = edited(good, by);
        const answer = await signer(armorOpenPgp(bent), [{ fingerprint, armored }]);
        expect(answer).toBe(bent.equals(good) ? fingerprint : "refused");
        const key = { fingerprint, armored: edited(Buffer.from(armored), by).toString("latin1") };
        expect(["refused", fingerprint]).toContain(await signer(armorOpenPgp(good), [key]));
      }),
      BOUNDED,
    );
  });
});

describe("Public keys", () => {
  test("text at random, and good lines that were edited, give an error with a code or a key that reads back", () => {
    const text = fc.oneof(
      latin1(200),
      fc.tuple(fc.nat(), edits).map(([which, by]) => {
        const line = openSshLine((signers[which % signers.length] as Signer).key);
        return edited(Buffer.from(line), by).toString("latin1");
      }),
      fc.tuple(fc.nat(), edits).map(([which, by]) => {
        const pem = (signers[which % signers.length] as Signer).key.key.export({
          type: "spki",
          format: "pem",
        });
        return edited(Buffer.from(pem), by).toString("latin1");
      }),
      fc
        .tuple(
          fc.constantFrom("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256"),
          fc.uint8Array({ maxLength: 120 }),
        )
        .map(([type, rest]) => `${type} ${Buffer.concat([wireString(type), rest]).toString("base64")}`),
    );
    fc.assert(
      fc.property(text, (bent) => {
        const read = outcome(() => parsePublicKey(bent));
        const again = "value" in read ? parsePublicKey(openSshLine(read.value)) : null;
        expect(again).toBe("value" in read ? read.value : null);
      }),
      BOUNDED,
    );
  });
});
