import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPgpFingerprint } from "../../../../src/trust/openpgp/fingerprint.ts";
import { type OpenPgpKey, verifyOpenPgp } from "../../../../src/trust/openpgp/signature.ts";
import { armorOpenPgp, Gpg } from "../../../support/gpg.ts";
import { problemsOf, utf8 } from "../../../support/problems.ts";

const PAYLOAD = utf8("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nWhat is signed.\n");
const gpg = new Gpg();
afterAll(() => gpg[Symbol.dispose]());

function keyOf(fingerprint: string): OpenPgpKey {
  const armored = gpg.export(fingerprint);
  return { fingerprint: openPgpFingerprint(armored), armored };
}

/** The fingerprint of the signer, or the code of the refusal. */
async function verdict(
  armored: Uint8Array | string,
  keys: readonly OpenPgpKey[],
  payload: Uint8Array = PAYLOAD,
): Promise<string> {
  let answer = "";
  const [problem] = await problemsOf(async () => {
    answer = await verifyOpenPgp({ payload, armored: Buffer.from(armored) }, keys);
  });
  return problem?.code ?? answer;
}

const made = new Map<string, string>();

/** The one key of a kind. */
function one(algorithm: string): string {
  const fingerprint = made.get(algorithm) ?? gpg.make(algorithm, algorithm);
  made.set(algorithm, fingerprint);
  return fingerprint;
}

let ed: string;
beforeAll(() => {
  ed = one("ed25519");
});

describe("A signature that gpg made", () => {
  test.each(["ed25519", "rsa3072", "nistp256", "nistp384", "nistp521"])(
    "by a key of kind %s is one of that key",
    async (algorithm) => {
      const fingerprint = one(algorithm);
      const armored = gpg.sign(fingerprint, PAYLOAD);
      expect(gpg.verify(armored, PAYLOAD)).toContain("GOODSIG");
      expect(await verdict(armored, [keyOf(ed), keyOf(fingerprint)])).toBe(fingerprint);
      expect(await verdict(armored, [keyOf(fingerprint)], utf8("Another."))).toBe("SIGNATURE_WRONG");
      expect(await verdict(armored, [])).toBe("TRUST_KEY_UNKNOWN");
    },
  );

  test("with SHA-256 or SHA-384 holds; with another hash it is refused", async () => {
    for (const hash of ["SHA256", "SHA384"]) {
      expect(await verdict(gpg.sign(ed, PAYLOAD, ["--digest-algo", hash]), [keyOf(ed)])).toBe(ed);
    }
    const rsa = one("rsa3072");
    for (const hash of ["SHA1", "SHA224", "RIPEMD160"]) {
      const armored = gpg.sign(rsa, PAYLOAD, ["--digest-algo", hash, "--allow-weak-digest-algos"]);
      expect([hash, await verdict(armored, [keyOf(rsa)])]).toEqual([hash, "SIGNATURE_HASH_REFUSED"]);
    }
  });

  test("over a text, which would fit other line endings as well, is refused", async () => {
    const armored = gpg.sign(ed, PAYLOAD, ["--textmode"]);
    const crlf = utf8(Buffer.from(PAYLOAD).toString("latin1").replaceAll("\n", "\r\n"));
    expect(gpg.verify(armored, crlf)).toContain("GOODSIG");
    expect(await verdict(armored, [keyOf(ed)])).toBe("SIGNATURE_ALGORITHM_REFUSED");
  });

  test("with an end of its own is refused", async () => {
    const armored = gpg.sign(ed, PAYLOAD, ["--default-sig-expire", "1y"]);
    expect(await verdict(armored, [keyOf(ed)])).toBe("SIGNATURE_ALGORITHM_REFUSED");
  });

  test("by a subkey counts for the primary key", async () => {
    const primary = gpg.make("family", "ed25519");
    gpg.run(["--quick-add-key", primary, "ed25519", "sign", "never"]);
    const [, subkey = ""] = gpg.fingerprints("family");
    const armored = gpg.sign(subkey, PAYLOAD);
    expect(subkey).not.toBe(primary);
    expect(await verdict(armored, [keyOf(primary)])).toBe(primary);
  });
});

describe("An OpenPGP key that may not sign", () => {
  test("is RSA of fewer than 3072 bits", async () => {
    const weak = gpg.make("weak", "rsa2048");
    const armored = gpg.sign(weak, PAYLOAD);
    expect(gpg.verify(armored, PAYLOAD)).toContain("GOODSIG");
    expect(await verdict(armored, [keyOf(weak)])).toBe("SIGNATURE_KEY_UNFIT");
  });

  test("is one on a curve of Bitcoin", async () => {
    const koblitz = gpg.make("koblitz", "secp256k1");
    expect(await verdict(gpg.sign(koblitz, PAYLOAD), [keyOf(koblitz)])).toBe("SIGNATURE_KEY_UNFIT");
  });

  test("is another one than its fingerprint says", async () => {
    const armored = gpg.sign(ed, PAYLOAD);
    const lying = { fingerprint: "0".repeat(40), armored: gpg.export(ed) };
    expect(await verdict(armored, [lying])).toBe("TRUST_KEY_MALFORMED");
    expect(await verdict(armored, [{ fingerprint: ed, armored: "junk" }])).toBe("TRUST_KEY_MALFORMED");
  });

  test("was revoked by its holder, in the copy that the registry has; an older copy knows nothing of it", async () => {
    const key = gpg.make("revoked", "ed25519");
    const before = keyOf(key);
    const armored = gpg.sign(key, PAYLOAD);
    gpg.revoke(key);
    expect(gpg.verify(armored, PAYLOAD)).toContain("REVKEYSIG");
    expect(await verdict(armored, [keyOf(key)])).toBe("SIGNATURE_KEY_REVOKED");
    expect(await verdict(armored, [before])).toBe(key);
  });
});

describe("Dates of an OpenPGP key are compared with the signature's own date, and with no clock", () => {
  const AT = ["--faked-system-time"];

  test("a signature made while the key lasted holds for ever, after its end never", async () => {
    const options = [...AT, "20200101T000000"];
    const key = gpg.make("expired", "ed25519", { expire: "30d", options });
    const inTime = gpg.sign(key, PAYLOAD, [...AT, "20200110T000000"]);
    expect(gpg.verify(inTime, PAYLOAD)).toContain("EXPKEYSIG");
    expect(await verdict(inTime, [keyOf(key)])).toBe(key);
  });

  test("a signature made after the end of the key is refused, also when the copy in the registry is older", async () => {
    const key = gpg.make("extended", "ed25519", { expire: "30d", options: [...AT, "20200101T000000"] });
    const before = keyOf(key);
    gpg.run([...AT, "20200102T000000", "--quick-set-expire", key, "10y"]);
    const late = gpg.sign(key, PAYLOAD, [...AT, "20210101T000000"]);
    expect(await verdict(late, [before])).toBe("SIGNATURE_KEY_EXPIRED");
    expect(await verdict(late, [keyOf(key)])).toBe(key);
  });

  test("a signature older than its key is refused", async () => {
    const key = gpg.make("young", "ed25519");
    const old = gpg.sign(key, PAYLOAD, [...AT, "20150101T000000!", "--ignore-time-conflict"]);
    expect(await verdict(old, [keyOf(key)])).toBe("SIGNATURE_KEY_EXPIRED");
  });

  test("a signature from the future holds: whether it counts is decided by its place in the log", async () => {
    const future = gpg.sign(ed, PAYLOAD, [...AT, "20990101T000000"]);
    expect(await verdict(future, [keyOf(ed)])).toBe(ed);
  });
});

describe("The armor of an OpenPGP signature", () => {
  test("may have GitHub's empty line behind it, and no checksum; every other spelling is refused", async () => {
    const text = gpg.sign(ed, PAYLOAD).toString("latin1");
    const keys = [keyOf(ed)];
    expect(await verdict(`${text}\n`, keys)).toBe(ed);
    expect(await verdict(text.replace(/\n=[^\n]{4}\n/, "\n"), keys)).toBe(ed);
    const [begin = "", , first = ""] = text.split("\n");
    for (const bent of [
      "",
      `${text}\n\n`,
      `${text}junk\n`,
      `junk\n${text}`,
      `${text}${text}`,
      text.slice(0, -1),
      text.replaceAll("\n", "\r\n"),
      text.replace(`${begin}\n`, `${begin}\nVersion: x\n`),
      text.replace(`${begin}\n\n`, `${begin}\n`),
      text.replace(first, `${first.slice(0, 32)}\n${first.slice(32)}`),
      text.replace(first, `${first.slice(0, 10)}-${first.slice(11)}`),
      text.replace(/\n=[^\n]{4}\n/, "\n=AAAA\n"),
      text.replaceAll("SIGNATURE", "MESSAGE"),
      text.replace("\n-----END", `${"A".repeat(20_000)}\n-----END`),
    ]) {
      expect([bent, await verdict(bent, keys)]).toEqual([bent, "SIGNATURE_ARMOR_MALFORMED"]);
    }
  });

  test("holds one signature packet to its last byte", async () => {
    const binary = gpg.run(["--local-user", ed, "--detach-sign"], PAYLOAD);
    const key = gpg.run(["--export", ed]);
    const keys = [keyOf(ed)];
    expect(await verdict(armorOpenPgp(binary), keys)).toBe(ed);
    expect(await verdict(armorOpenPgp(withUnhashed(binary, issuerOf(binary))), keys)).toBe(ed);
    expect(await verdict(armorOpenPgp(withUnhashed(binary, Buffer.of())), keys)).toBe(ed);
    const twice = Buffer.concat([binary, gpg.run(["--local-user", ed, "--detach-sign"], PAYLOAD)]);
    for (const bent of [
      twice,
      Buffer.concat([binary, Buffer.of(0)]),
      Buffer.concat([binary, Buffer.of(0xca, 3), Buffer.from("PGP")]),
      binary.subarray(0, -1),
      binary.subarray(0, 3),
      Buffer.concat([key, binary]),
      key,
      Buffer.of(0xff),
      Buffer.of(0x8b, 1),
      withVersion(binary, 3),
      withVersion(binary, 5),
      withVersion(binary, 99),
      longHeader(binary),
      withUnhashed(binary, Buffer.of(2, 100, 1)),
      withUnhashed(binary, Buffer.concat([issuerOf(binary), issuerOf(binary)])),
      withUnhashed(binary, issuerOf(binary).subarray(0, -1)),
      withUnhashed(binary, Buffer.concat([issuerOf(binary), Buffer.of(0)])),
      withNumberOf(binary, (bits, digits) => ({
        bits: bits + 8,
        digits: Buffer.concat([Buffer.of(0), digits]),
      })),
      withNumberOf(binary, (bits, digits) => ({ bits: bits - (bits % 8 === 1 ? -1 : 1), digits })),
    ]) {
      expect([bent.toString("hex"), await verdict(armorOpenPgp(bent), keys)]).toEqual([
        bent.toString("hex"),
        "SIGNATURE_MALFORMED",
      ]);
    }
  });
});

/** The same packet under a length of two bytes. */
function longHeader(signature: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x89, 0, signature[1] ?? 0), signature.subarray(2)]);
}

/** Where the length of the unhashed subpackets stands. */
function unhashedAt(signature: Buffer): number {
  return 2 + 6 + signature.readUInt16BE(6);
}

function issuerOf(signature: Buffer): Buffer {
  const at = unhashedAt(signature);
  const issuer = signature.subarray(at + 2, at + 2 + signature.readUInt16BE(at));
  expect([...issuer.subarray(0, 2)]).toEqual([9, 16]);
  return issuer;
}

function withUnhashed(signature: Buffer, unhashed: Buffer): Buffer {
  const at = unhashedAt(signature);
  const length = Buffer.of(0, unhashed.length);
  const rest = signature.subarray(at + 2 + signature.readUInt16BE(at));
  const body = Buffer.concat([signature.subarray(2, at), length, unhashed, rest]);
  return Buffer.concat([Buffer.of(0x88, body.length), body]);
}

/** The first number of the signature, with other bits or digits. */
function withNumberOf(
  signature: Buffer,
  change: (bits: number, digits: Buffer) => { bits: number; digits: Buffer },
): Buffer {
  const unhashed = unhashedAt(signature);
  const at = unhashed + 2 + signature.readUInt16BE(unhashed) + 2;
  const bits = signature.readUInt16BE(at);
  const end = at + 2 + Math.ceil(bits / 8);
  const other = change(bits, signature.subarray(at + 2, end));
  const length = Buffer.of(other.bits >> 8, other.bits & 0xff);
  const body = Buffer.concat([signature.subarray(2, at), length, other.digits, signature.subarray(end)]);
  return Buffer.concat([Buffer.of(0x88, body.length), body]);
}

/** Old-format header with a length of one byte, then the version. */
function withVersion(signature: Buffer, version: number): Buffer {
  expect(signature[0]).toBe(0x88);
  const bent = Buffer.from(signature);
  bent[2] = version;
  return bent;
}
