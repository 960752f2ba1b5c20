import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  isFingerprint,
  openSshLine,
  parsePublicKey,
  publicKeyFromWire,
} from "../../../src/trust/public-key.ts";
import { wireMpint, wireString } from "../../../src/trust/ssh/wire.ts";
import { codes, problemsOf } from "../../support/problems.ts";
import { SSH_KEY_TYPES, SshKeys, type SshKeyType } from "../../support/ssh-keys.ts";

const keys = new SshKeys();
const ed = keys.of("ed25519");
afterAll(() => keys[Symbol.dispose]());

async function refusal(key: string | Uint8Array): Promise<string[]> {
  return codes(
    await problemsOf(() => (typeof key === "string" ? parsePublicKey(key) : publicKeyFromWire(key))),
  );
}

function pem(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}

function blobOf(...parts: (Uint8Array | string)[]): Buffer {
  return Buffer.concat(parts.map((part) => wireString(part)));
}

function line(type: string, blob: Uint8Array): string {
  return `${type} ${Buffer.from(blob).toString("base64")}`;
}

describe.each(Object.keys(SSH_KEY_TYPES) as SshKeyType[])("A key of type %s", (type) => {
  const bits = { ed25519: 256, "ecdsa-p256": 256, "ecdsa-p384": 384, "ecdsa-p521": 521, rsa: 3072 }[type];

  test("is one key in OpenSSH's line, its PEM and its blob, with ssh-keygen's fingerprint", () => {
    const file = keys.of(type);
    const key = parsePublicKey(file.line);
    expect(key).toMatchObject({ algorithm: type, bits, fingerprint: file.fingerprint });
    expect(isFingerprint(key.fingerprint)).toBe(true);
    expect(`${openSshLine(key)} ${type}\n`).toBe(file.line);
    expect(publicKeyFromWire(key.blob)).toBe(key);
    expect(parsePublicKey(pem(key.key))).toBe(key);
    expect(parsePublicKey(pem(key.key).replaceAll("\n", "\r\n"))).toBe(key);
    // ssh-keygen cannot write Ed25519 in PEM.
    const exported =
      type === "ed25519" ? pem(key.key) : keys.keygen(["-e", "-m", "PKCS8", "-f", `${file.path}.pub`]);
    expect(parsePublicKey(exported)).toBe(key);
  });

  test("with a byte too many or too few is refused", async () => {
    const { blob } = parsePublicKey(keys.of(type).line);
    expect(await refusal(Buffer.concat([blob, Buffer.of(0)]))).toEqual(["TRUST_KEY_MALFORMED"]);
    expect(await refusal(blob.subarray(0, -1))).toEqual(["TRUST_KEY_MALFORMED"]);
    expect(await refusal(blob.subarray(0, 10))).toEqual(["TRUST_KEY_MALFORMED"]);
  });
});

describe("An OpenSSH line", () => {
  test("may have a comment of any words, and a line end", () => {
    const { fingerprint } = parsePublicKey(ed.line);
    const bare = ed.line.split(" ").slice(0, 2).join(" ");
    for (const text of [
      bare,
      `${bare}\n`,
      `${bare}\r\n`,
      `${bare} Ada's key, ½ ssh-rsa AAAA\n`,
      `${bare} \n`,
    ]) {
      expect(parsePublicKey(text).fingerprint).toBe(fingerprint);
    }
  });

  test("of another spelling is refused", async () => {
    const [type = "", base64 = ""] = ed.line.split(" ");
    for (const text of [
      "",
      "\n",
      type,
      `${type} `,
      `${type}${base64}`,
      ` ${type} ${base64}`,
      `${type} ${base64}\n\n`,
      `${type} ${base64}\n${type} ${base64}\n`,
      `namespaces="git" ${type} ${base64}`,
      `${type} ${base64}=`,
      `${type} ${base64.slice(0, -1)}`,
      `${type} ${base64.slice(0, 20)}-${base64.slice(21)}`,
      `${type} ${base64.slice(0, 20)}\t${base64.slice(20)}`,
      `${type} !!!!`,
      `${type} ${"A".repeat(20_000)}`,
    ]) {
      expect([text, await refusal(text)]).toEqual([text, ["TRUST_KEY_MALFORMED"]]);
    }
  });

  test("whose base64 has unused bits set is refused", async () => {
    const [type = "", base64 = ""] = keys.of("ecdsa-p521").line.split(" ");
    expect(base64).toMatch(/[A-Za-z0-9+/]=+$/);
    const bent = base64.replace(/(.)(=+)$/, (_all, last: string, pad: string) => `${bump(last)}${pad}`);
    expect(Buffer.from(bent, "base64")).toEqual(Buffer.from(base64, "base64"));
    expect(await refusal(`${type} ${bent}`)).toEqual(["TRUST_KEY_MALFORMED"]);
  });

  test("that says another type than its key is refused", async () => {
    const base64 = ed.line.split(" ")[1] ?? "";
    expect(await refusal(`ssh-rsa ${base64}`)).toEqual(["TRUST_KEY_MALFORMED"]);
    expect(await refusal(`ssh-ed25519-cert-v01@openssh.com ${base64}`)).toEqual(["TRUST_KEY_MALFORMED"]);
  });
});

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const bump = (digit: string): string => ALPHABET[ALPHABET.indexOf(digit) + 1] ?? "";

describe("A PEM block", () => {
  const good = (): string => pem(generateKeyPairSync("ed25519").publicKey);

  test("of another spelling is refused", async () => {
    const text = good();
    const der = Buffer.from(text.split("\n").slice(1, -2).join(""), "base64");
    const wrap = (bytes: Uint8Array): string =>
      `-----BEGIN PUBLIC KEY-----\n${Buffer.from(bytes).toString("base64")}\n-----END PUBLIC KEY-----\n`;
    expect(await refusal(wrap(der))).toEqual([]);
    for (const bent of [
      `junk\n${text}`,
      `${text}junk`,
      `${text}${text}`,
      text.replace("\n", "\nComment: x\n\n"),
      text.replaceAll("PUBLIC KEY", "CERTIFICATE"),
      text.replaceAll("PUBLIC KEY", "RSA PUBLIC KEY"),
      text.replace("-----END", "----END"),
      wrap(Buffer.concat([der, Buffer.of(0)])),
      wrap(der.subarray(0, -1)),
      wrap(Buffer.alloc(44)),
      "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
    ]) {
      expect([bent, await refusal(bent)]).toEqual([bent, ["TRUST_KEY_MALFORMED"]]);
    }
  });

  test("of a kind that nothing signs commits with is refused", async () => {
    const other = [
      generateKeyPairSync("ed448"),
      generateKeyPairSync("x25519"),
      generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
      generateKeyPairSync("rsa-pss", { modulusLength: 3072 }),
    ];
    for (const { publicKey } of other) {
      expect(await refusal(pem(publicKey))).toEqual(["TRUST_KEY_ALGORITHM_REFUSED"]);
    }
  });

  test("of a curve that is spelt out is refused", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" });
    expect(await refusal(pem(publicKey))).toEqual(["TRUST_KEY_MALFORMED"]);
  });
});

describe("A private key", () => {
  test("is refused by name, in PEM and in OpenSSH's format", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    expect(await refusal(privateKey.export({ type: "pkcs8", format: "pem" }).toString())).toEqual([
      "TRUST_KEY_PRIVATE",
    ]);
    expect(await refusal(readFileSync(ed.path, "utf8"))).toEqual(["TRUST_KEY_PRIVATE"]);
    expect(
      await refusal(readFileSync(keys.make("old", "ecdsa-p256", ["-m", "PEM", "-N", ""]).path, "utf8")),
    ).toEqual(["TRUST_KEY_PRIVATE"]);
  });
});

describe("Kinds of keys that are not accepted have their own codes", () => {
  test.each([
    ["ssh-dss", "TRUST_KEY_ALGORITHM_REFUSED"],
    ["ssh-ed448", "TRUST_KEY_ALGORITHM_REFUSED"],
    ["ecdsa-sha2-nistp224", "TRUST_KEY_ALGORITHM_REFUSED"],
    ["ecdsa-sha2-1.3.132.0.10", "TRUST_KEY_ALGORITHM_REFUSED"],
    ["constructor", "TRUST_KEY_ALGORITHM_REFUSED"],
    ["", "TRUST_KEY_ALGORITHM_REFUSED"],
    ["sk-ssh-ed25519@openssh.com", "TRUST_KEY_HARDWARE_UNSUPPORTED"],
    ["sk-ecdsa-sha2-nistp256@openssh.com", "TRUST_KEY_HARDWARE_UNSUPPORTED"],
    ["ssh-ed25519-cert-v01@openssh.com", "TRUST_KEY_CERTIFICATE_UNSUPPORTED"],
    ["rsa-sha2-512-cert-v01@openssh.com", "TRUST_KEY_CERTIFICATE_UNSUPPORTED"],
    ["sk-ssh-ed25519-cert-v01@openssh.com", "TRUST_KEY_CERTIFICATE_UNSUPPORTED"],
  ])("%s: %s", async (type, code) => {
    const blob = blobOf(type, Buffer.alloc(32, 7));
    expect(await refusal(blob)).toEqual([code]);
    // A type without a name is no line at all.
    expect(await refusal(line(type, blob))).toEqual([type === "" ? "TRUST_KEY_MALFORMED" : code]);
  });

  test("a certificate that ssh-keygen made", async () => {
    const user = keys.make("user");
    keys.keygen(["-q", "-s", ed.path, "-I", "id", "-n", "ada", `${user.path}.pub`]);
    const text = readFileSync(`${user.path}-cert.pub`, "utf8");
    expect(await refusal(text)).toEqual(["TRUST_KEY_CERTIFICATE_UNSUPPORTED"]);
  });
});

describe("An RSA key", () => {
  const rsa = (e: Uint8Array, n: Uint8Array): Buffer =>
    Buffer.concat([wireString("ssh-rsa"), wireMpint(e), wireMpint(n)]);
  const modulus = (bits: number): Buffer => {
    const bytes = Buffer.alloc(Math.ceil(bits / 8), 0xff);
    bytes[0] = 0xff >> (bytes.length * 8 - bits);
    return bytes;
  };
  const F4 = Buffer.of(1, 0, 1);

  test("has at least 3072 bits, and at most as many as OpenSSH takes", async () => {
    expect(await refusal(keys.make("weak", "rsa", ["-b", "2048", "-N", ""]).line)).toEqual([
      "TRUST_KEY_WEAK",
    ]);
    expect(await refusal(rsa(F4, modulus(3071)))).toEqual(["TRUST_KEY_WEAK"]);
    expect(publicKeyFromWire(rsa(F4, modulus(3072))).bits).toBe(3072);
    expect(publicKeyFromWire(rsa(F4, modulus(3073))).bits).toBe(3073);
    expect(publicKeyFromWire(rsa(F4, modulus(16_384))).bits).toBe(16_384);
    expect(await refusal(rsa(F4, modulus(16_385)))).toEqual(["TRUST_KEY_MALFORMED"]);
  });

  test("has the exponent 65537: with 1 every number is a signature", async () => {
    for (const e of [Buffer.of(1), Buffer.of(3), Buffer.of(1, 0, 3), Buffer.alloc(9, 0xff)]) {
      expect(await refusal(rsa(e, modulus(3072)))).toEqual(["TRUST_KEY_WEAK"]);
    }
    expect(await refusal(rsa(Buffer.of(0), modulus(3072)))).toEqual(["TRUST_KEY_MALFORMED"]);
  });

  test("is spelt in the fewest bytes", async () => {
    const zeros = Buffer.concat([Buffer.of(0, 0), modulus(3072)]);
    const spelt = Buffer.concat([wireString("ssh-rsa"), wireMpint(F4), wireString(zeros)]);
    expect(await refusal(spelt)).toEqual(["TRUST_KEY_MALFORMED"]);
  });
});

describe("A key on a curve", () => {
  const p256 = (curve: string, point: Uint8Array): Buffer => blobOf("ecdsa-sha2-nistp256", curve, point);
  let point: Buffer;
  beforeAll(() => {
    const { blob } = parsePublicKey(keys.of("ecdsa-p256").line);
    point = Buffer.from(blob.subarray(-65));
  });

  test("names its curve twice, and the same", async () => {
    expect(await refusal(p256("nistp256", point))).toEqual([]);
    expect(await refusal(p256("nistp384", point))).toEqual(["TRUST_KEY_MALFORMED"]);
  });

  test("is a point of the curve, not compressed", async () => {
    const off = Buffer.from(point);
    off[64] = (off[64] ?? 0) ^ 1;
    const compressed = Buffer.concat([Buffer.of(2), point.subarray(1, 33)]);
    for (const bent of [
      off,
      compressed,
      Buffer.of(0),
      Buffer.concat([Buffer.of(6), point.subarray(1)]),
      Buffer.alloc(65, 4),
    ]) {
      expect(await refusal(p256("nistp256", bent))).toEqual(["TRUST_KEY_MALFORMED"]);
    }
  });

  test("that is Ed25519 has 32 bytes", async () => {
    for (const size of [0, 31, 33, 64]) {
      expect(await refusal(blobOf("ssh-ed25519", Buffer.alloc(size, 9)))).toEqual(["TRUST_KEY_MALFORMED"]);
    }
  });

  // Each y-coordinate of the eight points of small order, and its spelling above the field's prime.
  test.each([
    "00".repeat(32),
    `01${"00".repeat(31)}`,
    `01${"00".repeat(30)}80`,
    `${"00".repeat(31)}80`,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    `ec${"ff".repeat(30)}7f`,
    `ed${"ff".repeat(31)}`,
    `ee${"ff".repeat(30)}7f`,
  ])("that is the Ed25519 point %s, for which anybody can sign, is refused", async (hex) => {
    expect(await refusal(blobOf("ssh-ed25519", Buffer.from(hex, "hex")))).toEqual(["TRUST_KEY_WEAK"]);
  });
});

describe("A parsed key", () => {
  test("does not change with the bytes that it was read from", () => {
    const bytes = Buffer.from(keys.make("own").line.split(" ")[1] ?? "", "base64");
    const key = publicKeyFromWire(bytes);
    const before = Buffer.from(key.blob);
    bytes.fill(0, 20);
    expect(Buffer.from(key.blob)).toEqual(before);
  });

  test("is found again among more keys than are remembered", () => {
    const { publicKey } = generateKeyPairSync("ed25519");
    const text = pem(publicKey);
    const first = parsePublicKey(text);
    for (let n = 0; n < 1100; n += 1) {
      const bytes = Buffer.alloc(32, 3);
      bytes.writeUInt32BE(n + 1, 4);
      publicKeyFromWire(blobOf("ssh-ed25519", bytes));
    }
    expect(parsePublicKey(text).fingerprint).toBe(first.fingerprint);
  });
});
