import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyObjectSigner } from "../../../../src/adapters/signing/key-object.ts";
import { decodeBase64 } from "../../../../src/trust/base64.ts";
import { openSshLine } from "../../../../src/trust/public-key.ts";
import { wireMpint, wireString } from "../../../../src/trust/ssh/wire.ts";
import {
  armor,
  dearmor,
  encodeSshSignature,
  parseSshSignature,
  verifySshSignature,
} from "../../../../src/trust/ssh/sshsig.ts";
import { codes, problemsOf, utf8 } from "../../../support/problems.ts";
import {
  innerSignature,
  splitInner,
  sshSigBlob,
  type SshSigParts,
  sshSigParts,
} from "../../../support/ssh-forge.ts";
import { SSH_KEY_TYPES, SshKeys, type SshKeyType } from "../../../support/ssh-keys.ts";

const TYPES = Object.keys(SSH_KEY_TYPES) as SshKeyType[];
const PAYLOAD = utf8("What is signed.\n");
const keys = new SshKeys();
const parts = new Map<SshKeyType, SshSigParts>();

beforeAll(() => {
  for (const type of TYPES) {
    parts.set(type, sshSigParts(dearmor(keys.sign(keys.of(type), PAYLOAD))));
  }
});
afterAll(() => keys[Symbol.dispose]());

function partsOf(type: SshKeyType): SshSigParts {
  return parts.get(type) as SshSigParts;
}

async function refusal(blob: Uint8Array, of = { payload: PAYLOAD, namespace: "git" }): Promise<string[]> {
  return codes(await problemsOf(() => verifySshSignature(parseSshSignature(blob), of)));
}

/** The code when one part of a good signature is another. */
function bent(type: SshKeyType, change: Partial<SshSigParts>): Promise<string[]> {
  return refusal(sshSigBlob({ ...partsOf(type), ...change }));
}

describe.each(TYPES)("A signature that ssh-keygen made with a key of type %s", (type) => {
  test("is one of that key", () => {
    const key = verifySshSignature(parseSshSignature(sshSigBlob(partsOf(type))), {
      payload: PAYLOAD,
      namespace: "git",
    });
    expect(key.fingerprint).toBe(keys.of(type).fingerprint);
  });

  test("may hash by SHA-256 too, and is written again byte for byte", () => {
    const blob = dearmor(
      keys.sign(keys.of(type), PAYLOAD, ["-n", "manifest@modelgate", "-O", "hashalg=sha256"]),
    );
    const signature = parseSshSignature(blob);
    expect(signature).toMatchObject({ namespace: "manifest@modelgate", hash: "sha256" });
    expect(verifySshSignature(signature, { payload: PAYLOAD, namespace: "manifest@modelgate" })).toBe(
      signature.key,
    );
    expect(encodeSshSignature(signature)).toEqual(blob);
  });

  test("holds for no other payload, namespace or hash", async () => {
    const blob = sshSigBlob(partsOf(type));
    expect(await refusal(blob, { payload: utf8("What is signed."), namespace: "git" })).toEqual([
      "SIGNATURE_WRONG",
    ]);
    expect(await refusal(blob, { payload: new Uint8Array(), namespace: "git" })).toEqual(["SIGNATURE_WRONG"]);
    expect(await refusal(blob, { payload: PAYLOAD, namespace: "file" })).toEqual([
      "SIGNATURE_NAMESPACE_WRONG",
    ]);
    expect(await bent(type, { namespace: "file" })).toEqual(["SIGNATURE_NAMESPACE_WRONG"]);
    expect(
      await refusal(sshSigBlob({ ...partsOf(type), namespace: "file" }), {
        payload: PAYLOAD,
        namespace: "file",
      }),
    ).toEqual(["SIGNATURE_WRONG"]);
    expect(await bent(type, { hash: "sha256" })).toEqual(["SIGNATURE_WRONG"]);
  });

  test("holds for no other key", async () => {
    const other = sshSigParts(dearmor(keys.sign(keys.make("other", type), PAYLOAD)));
    expect(await bent(type, { key: other.key })).toEqual(["SIGNATURE_WRONG"]);
    const others = TYPES.filter((one) => one !== type).map((one) => bent(type, { key: partsOf(one).key }));
    expect(new Set((await Promise.all(others)).flat())).toEqual(new Set(["SIGNATURE_ALGORITHM_REFUSED"]));
  });

  test("cut short, or with more behind it, is malformed", async () => {
    const blob = sshSigBlob(partsOf(type));
    expect(await refusal(Buffer.concat([blob, Buffer.of(0)]))).toEqual(["SIGNATURE_MALFORMED"]);
    for (let length = 0; length < blob.length; length += 7) {
      const [code] = await refusal(blob.subarray(0, length));
      expect([length, code]).toEqual([length, "SIGNATURE_MALFORMED"]);
    }
  });

  test("whose value is longer or shorter is malformed", async () => {
    const { algorithm, value } = splitInner(partsOf(type).inner);
    for (const other of [
      Buffer.alloc(0),
      value.subarray(1),
      value.subarray(0, -1),
      Buffer.concat([Buffer.of(0), value]),
      Buffer.concat([value, Buffer.of(0)]),
    ]) {
      expect(await bent(type, { inner: innerSignature(algorithm, other) })).toEqual(["SIGNATURE_MALFORMED"]);
    }
    const trailing = Buffer.concat([partsOf(type).inner, Buffer.of(0)]);
    expect(await bent(type, { inner: trailing })).toEqual(["SIGNATURE_MALFORMED"]);
  });
});

describe("Each part of a signature has its own refusal", () => {
  const cases: readonly (readonly [string, Partial<SshSigParts>, string])[] = [
    ["another magic", { magic: "SSHSIH" }, "SIGNATURE_MALFORMED"],
    ["version 0", { version: 0 }, "SIGNATURE_VERSION_UNSUPPORTED"],
    ["version 2", { version: 2 }, "SIGNATURE_VERSION_UNSUPPORTED"],
    ["no namespace", { namespace: "" }, "SIGNATURE_MALFORMED"],
    ["a namespace with a line feed", { namespace: "git\n" }, "SIGNATURE_MALFORMED"],
    ["a namespace with a NUL", { namespace: "git\0" }, "SIGNATURE_MALFORMED"],
    ["a namespace that goes on", { namespace: "git2" }, "SIGNATURE_NAMESPACE_WRONG"],
    ["a namespace in capitals", { namespace: "GIT" }, "SIGNATURE_NAMESPACE_WRONG"],
    ["a reserved part", { reserved: "x" }, "SIGNATURE_MALFORMED"],
    ["SHA-1", { hash: "sha1" }, "SIGNATURE_HASH_REFUSED"],
    ["SHA-384", { hash: "sha384" }, "SIGNATURE_HASH_REFUSED"],
    ["no hash", { hash: "" }, "SIGNATURE_HASH_REFUSED"],
    ["a hash in capitals", { hash: "SHA512" }, "SIGNATURE_HASH_REFUSED"],
    ["no key", { key: Buffer.alloc(0) }, "TRUST_KEY_MALFORMED"],
    ["a hardware key", { key: wireString("sk-ssh-ed25519@openssh.com") }, "TRUST_KEY_HARDWARE_UNSUPPORTED"],
    [
      "a certificate",
      { key: wireString("ssh-ed25519-cert-v01@openssh.com") },
      "TRUST_KEY_CERTIFICATE_UNSUPPORTED",
    ],
    ["a DSA key", { key: wireString("ssh-dss") }, "TRUST_KEY_ALGORITHM_REFUSED"],
    ["no signature", { inner: Buffer.alloc(0) }, "SIGNATURE_MALFORMED"],
    ["bytes behind it", { rest: Buffer.of(0) }, "SIGNATURE_MALFORMED"],
  ];
  test.each(cases)("%s", async (_name, change, code) => {
    expect(await bent("ed25519", change)).toEqual([code]);
  });
});

describe("The algorithm of a signature", () => {
  const inner = (type: SshKeyType, algorithm: string): Buffer =>
    innerSignature(algorithm, splitInner(partsOf(type).inner).value);

  test.each([
    ["rsa", "ssh-rsa"],
    ["rsa", "rsa-sha2-384"],
    ["rsa", "rsa-sha2-512-cert-v01@openssh.com"],
    ["rsa", ""],
    ["rsa", "__proto__"],
    ["rsa", "toString"],
    ["ed25519", "ssh-ed448"],
    ["ed25519", "sk-ssh-ed25519@openssh.com"],
    ["ecdsa-p256", "ecdsa-sha2-nistp384"],
    ["ecdsa-p256", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"],
  ] as const)("of a key of type %s is not %j", async (type, algorithm) => {
    expect(await bent(type, { inner: inner(type, algorithm) })).toEqual(["SIGNATURE_ALGORITHM_REFUSED"]);
  });

  test("of RSA with SHA-512 is no signature with SHA-256", async () => {
    expect(splitInner(partsOf("rsa").inner).algorithm).toBe("rsa-sha2-512");
    expect(await bent("rsa", { inner: inner("rsa", "rsa-sha2-256") })).toEqual(["SIGNATURE_WRONG"]);
  });
});

describe("The numbers of an ECDSA signature", () => {
  const withNumbers = (...numbers: Buffer[]): Promise<string[]> =>
    bent("ecdsa-p256", { inner: innerSignature("ecdsa-sha2-nistp256", Buffer.concat(numbers)) });

  test("are two, positive, and no longer than the curve's", async () => {
    const one = wireMpint(Buffer.of(1));
    expect(await withNumbers(one)).toEqual(["SIGNATURE_MALFORMED"]);
    expect(await withNumbers(one, one, one)).toEqual(["SIGNATURE_MALFORMED"]);
    expect(await withNumbers(one, wireString(""))).toEqual(["SIGNATURE_MALFORMED"]);
    expect(await withNumbers(one, wireString(Buffer.of(0x80)))).toEqual(["SIGNATURE_MALFORMED"]);
    expect(await withNumbers(one, wireString(Buffer.of(0, 1)))).toEqual(["SIGNATURE_MALFORMED"]);
    expect(await withNumbers(one, wireMpint(Buffer.alloc(33, 1)))).toEqual(["SIGNATURE_MALFORMED"]);
    expect(await withNumbers(one, one)).toEqual(["SIGNATURE_WRONG"]);
    expect(await withNumbers(wireMpint(Buffer.alloc(32, 255)), one)).toEqual(["SIGNATURE_WRONG"]);
  });

  test("may be short: leading zeros are put back", async () => {
    const signer = keyObjectSigner(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
    const isShort = (blob: Buffer): boolean => {
      const { value } = splitInner(sshSigParts(blob).inner);
      const [r, s] = [value.readUInt32BE(0), value.readUInt32BE(4 + value.readUInt32BE(0))];
      return r < 32 || s < 32;
    };
    // One signature in 128 has a number that is a byte short.
    let short: Buffer | undefined;
    for (let n = 0; n < 20_000 && !short; n += 1) {
      const blob = Buffer.from(await signer.sign(PAYLOAD, "git"));
      if (isShort(blob)) short = blob;
    }
    expect(await refusal(short as Buffer)).toEqual([]);
    const line = `${openSshLine(signer.key)}\n`;
    const armored = armor(short as Buffer);
    const file = { path: "", line, fingerprint: signer.key.fingerprint };
    expect(keys.accepts(file, { armored, payload: PAYLOAD, namespace: "git" })).toBe(true);
  });
});

describe("An armor", () => {
  let text: string;
  beforeAll(() => {
    text = keys.sign(keys.of("rsa"), PAYLOAD).toString("latin1");
  });
  const refused = async (bent: string | Uint8Array): Promise<string[]> =>
    codes(await problemsOf(() => dearmor(typeof bent === "string" ? Buffer.from(bent, "latin1") : bent)));

  test("of ssh-keygen is opened and made again", () => {
    for (const type of TYPES) {
      const made = keys.sign(keys.of(type), PAYLOAD).toString("latin1");
      expect(armor(dearmor(Buffer.from(made)))).toBe(made);
    }
  });

  test("spelt in any other way is refused", async () => {
    const [begin = "", first = "", ...rest] = text.split("\n");
    for (const bent of [
      "",
      "\n",
      `${text}\n`,
      `${text} `,
      `${text}junk\n`,
      `${text}${text}`,
      `\n${text}`,
      ` ${text}`,
      `junk\n${text}`,
      text.slice(0, -1),
      text.replaceAll("\n", "\r\n"),
      text.replace("\n", " \n"),
      text.replace("-----BEGIN SSH", "----BEGIN SSH"),
      text.replaceAll("SSH SIGNATURE", "PGP SIGNATURE"),
      text.replace("-----END SSH SIGNATURE-----", "-----END SSH SIGNATURE----"),
      text.replace(begin, `${begin}\n`),
      text.replace(begin, `${begin}\nComment: x\n`),
      [begin, `${first.slice(0, 35)}\n${first.slice(35)}`, ...rest].join("\n"),
      [begin, `${first}${rest[0]}`, ...rest.slice(1)].join("\n"),
      text.replace(first, `${first.slice(0, 10)} ${first.slice(10)}`),
      text.replace(first, `${first.slice(0, 10)}-${first.slice(11)}`),
      text.replace(first, `${first.slice(0, 10)}=${first.slice(11)}`),
      text.replace(/=*\n-----END/, "\n-----END"),
      `${begin}\n-----END SSH SIGNATURE-----\n`,
      armor(Buffer.alloc(15_000)),
    ]) {
      if (bent === text) continue;
      expect([bent, await refused(bent)]).toEqual([bent, ["SIGNATURE_ARMOR_MALFORMED"]]);
    }
  });

  test("with unused bits set is refused", async () => {
    const padded = TYPES.map((type) => armor(sshSigBlob(partsOf(type)))).filter((one) =>
      one.includes("=\n-----END"),
    );
    expect(padded).not.toEqual([]);
    for (const one of padded) {
      const bent = one.replace(/(.)(=+\n-----END)/, (_all, digit: string, end: string) => {
        return `${String.fromCodePoint((digit.codePointAt(0) ?? 0) + 1)}${end}`;
      });
      expect(await refused(bent)).toEqual(["SIGNATURE_ARMOR_MALFORMED"]);
    }
  });
});

test("Base64 has one spelling", () => {
  expect(decodeBase64("")?.length).toBe(0);
  expect(decodeBase64("QQ==")).toEqual(Buffer.from("A"));
  for (const text of [
    "QQ",
    "QQ=",
    "QR==",
    "Q===",
    "QQ==QQ==",
    "QQ==\n",
    " QQ==",
    "Q Q==",
    "QQ__",
    "ÄÄÄÄ",
    "QUJ=",
  ]) {
    expect([text, decodeBase64(text)]).toEqual([text, undefined]);
  }
});
