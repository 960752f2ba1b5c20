import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSigner } from "../../src/adapters/signing/open-signer.ts";
import { sshKeygenSigner } from "../../src/adapters/signing/ssh-keygen.ts";
import type { Signer } from "../../src/ports/signing.ts";
import { openSshLine, parsePublicKey } from "../../src/trust/public-key.ts";
import { armor, parseSshSignature, verifySshSignature } from "../../src/trust/ssh/sshsig.ts";
import { memorySigner } from "../support/memory-signer.ts";
import { codes, problemsOf, utf8 } from "../support/problems.ts";
import { sshAgent, type SshAgent } from "../support/ssh-agent.ts";
import { SSH_ENV, SshKeys, type SshKeyType } from "../support/ssh-keys.ts";

const keys = new SshKeys();
let agent: SshAgent;
let agentEnv: NodeJS.ProcessEnv;

beforeAll(async () => {
  agent = await sshAgent(keys.folder);
  agentEnv = { ...SSH_ENV, SSH_AUTH_SOCK: agent.socket };
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  keys[Symbol.dispose]();
});

const PEM_KEYS: Readonly<Record<SshKeyType, () => KeyObject>> = {
  ed25519: () => generateKeyPairSync("ed25519").privateKey,
  "ecdsa-p256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  "ecdsa-p384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
  "ecdsa-p521": () => generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey,
  rsa: () => generateKeyPairSync("rsa", { modulusLength: 3072 }).privateKey,
};

function pemText(key: KeyObject): string | Buffer {
  return key.export({ type: "pkcs8", format: "pem" });
}

function pem(name: string, type: SshKeyType): Promise<Signer> {
  return openSigner(file(name, pemText(PEM_KEYS[type]())), SSH_ENV);
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(keys.folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

/** A key whose private half is known to the agent alone: its file is locked afterwards. */
function lockedInAgent(name: string): string {
  const { path } = keys.make(name);
  agent.add(path);
  keys.keygen(["-q", "-p", "-N", "a passphrase", "-P", "", "-f", path]);
  return path;
}

const SUBJECTS: readonly (readonly [string, () => Promise<Signer>])[] = [
  ["a key in memory", async () => memorySigner()],
  ["a PEM Ed25519 key", () => pem("pem-ed", "ed25519")],
  ["a PEM P-256 key", () => pem("pem-256", "ecdsa-p256")],
  ["a PEM P-384 key", () => pem("pem-384", "ecdsa-p384")],
  ["a PEM P-521 key", () => pem("pem-521", "ecdsa-p521")],
  ["a PEM RSA key", () => pem("pem-rsa", "rsa")],
  [
    "a PEM key as older ssh-keygen wrote it",
    () => openSigner(keys.make("sec1", "ecdsa-p256", ["-m", "PEM", "-N", ""]).path, SSH_ENV),
  ],
  ["an OpenSSH Ed25519 key", () => openSigner(keys.make("ed").path, SSH_ENV)],
  ["an OpenSSH P-521 key", () => openSigner(keys.make("ec", "ecdsa-p521").path, SSH_ENV)],
  ["an OpenSSH RSA key", () => openSigner(keys.make("rsa", "rsa").path, SSH_ENV)],
  [
    "a public key with its private half beside it",
    () => openSigner(`${keys.make("beside").path}.pub`, SSH_ENV),
  ],
  ["a locked key that the agent holds", () => openSigner(lockedInAgent("locked-1"), agentEnv)],
  [
    "the public key of a locked key that the agent holds",
    () => openSigner(`${lockedInAgent("locked-2")}.pub`, agentEnv),
  ],
];

describe.each(SUBJECTS)("Signing with %s", (_name, make) => {
  let signer: Signer;
  beforeAll(async () => {
    signer = await make();
  });
  const payload = utf8("A statement, not ASCII alone: ½\n");

  test("ssh-keygen and modelgate accept the signature, for its own purpose and payload only", async () => {
    const blob = await signer.sign(payload, "manifest@modelgate");
    const signature = parseSshSignature(blob);
    expect(verifySshSignature(signature, { payload, namespace: "manifest@modelgate" })).toBe(signature.key);
    expect(signature.key.fingerprint).toBe(signer.key.fingerprint);

    const line = `${openSshLine(signer.key)}\n`;
    const key = { path: "", line, fingerprint: signer.key.fingerprint };
    const armored = armor(blob);
    expect(keys.accepts(key, { armored, payload, namespace: "manifest@modelgate" })).toBe(true);
    expect(keys.accepts(key, { armored, payload, namespace: "git" })).toBe(false);
    expect(keys.accepts(key, { armored, payload: utf8("Another.\n"), namespace: "manifest@modelgate" })).toBe(
      false,
    );
  });

  test("signs an empty payload and one of a megabyte", async () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(1 << 20).fill(7)]) {
      const signature = parseSshSignature(await signer.sign(bytes, "git"));
      expect(verifySshSignature(signature, { payload: bytes, namespace: "git" }).blob).toEqual(
        signer.key.blob,
      );
    }
  });
});

describe("Opening a signing key", () => {
  const refusal = async (path: string, env: NodeJS.ProcessEnv = SSH_ENV) =>
    codes(await problemsOf(() => openSigner(path, env)));

  test("names a file that is missing, a folder, or no key", async () => {
    expect(await refusal(join(keys.folder, "none"))).toEqual(["SIGNING_KEY_UNREADABLE"]);
    expect(await refusal(keys.folder)).toEqual(["SIGNING_KEY_UNREADABLE"]);
    expect(await refusal(file("huge", Buffer.alloc(65 * 1024, 65)))).toEqual(["SIGNING_KEY_UNREADABLE"]);
    expect(await refusal("/dev/zero")).toEqual(["SIGNING_KEY_UNREADABLE"]);
    expect(await refusal(file("text", "not a key\n"))).toEqual(["TRUST_KEY_MALFORMED"]);
    expect(
      await refusal(file("bad.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")),
    ).toEqual(["SIGNING_KEY_UNREADABLE"]);
    const half = readFileSync(keys.make("half").path, "utf8").replace(
      /\n[^\n]*\n[^\n]*\n-----END/,
      "\n-----END",
    );
    expect(await refusal(file("half-of-it", half))).toEqual(["SIGNING_KEY_UNREADABLE"]);
  });

  test("says how to unlock a locked key, and never asks", async () => {
    const locked = [
      keys.make("openssh-locked", "ed25519", ["-N", "secret"]).path,
      keys.make("pem-locked", "ecdsa-p256", ["-m", "PEM", "-N", "secret"]).path,
      keys.make("pkcs8-locked", "ecdsa-p256", ["-m", "PKCS8", "-N", "secret"]).path,
    ];
    for (const path of locked) {
      for (const named of [path, `${path}.pub`]) {
        const [problem] = await problemsOf(() => openSigner(named, SSH_ENV));
        expect(problem).toMatchObject({
          code: "SIGNING_KEY_LOCKED",
          fix: expect.stringContaining(`ssh-add ${path};`) as string,
        });
      }
    }
  });

  test("refuses kinds of keys that nothing verifies", async () => {
    const weak = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const other = generateKeyPairSync("ed448").privateKey;
    const koblitz = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey;
    expect(await refusal(file("weak", pemText(weak)))).toEqual(["TRUST_KEY_WEAK"]);
    expect(await refusal(file("ed448", pemText(other)))).toEqual(["TRUST_KEY_ALGORITHM_REFUSED"]);
    expect(await refusal(file("koblitz", pemText(koblitz)))).toEqual(["TRUST_KEY_ALGORITHM_REFUSED"]);
  });

  test("refuses a public key beside the private key of another", async () => {
    const one = keys.make("one");
    writeFileSync(`${one.path}.pub`, keys.make("two").line);
    expect(await refusal(`${one.path}.pub`)).toEqual(["SIGNING_KEY_UNREADABLE"]);
  });
});

describe("Signing that fails", () => {
  const refusal = async (signer: Signer) => codes(await problemsOf(() => signer.sign(utf8("x"), "git")));

  test("names a key that the agent does not hold", async () => {
    const { path } = keys.make("stranger", "ed25519", ["-N", "secret"]);
    for (const named of [path, `${path}.pub`]) {
      const signer = await openSigner(named, agentEnv);
      const [problem] = await problemsOf(() => signer.sign(utf8("x"), "git"));
      expect(problem).toMatchObject({
        code: "SIGNING_KEY_LOCKED",
        message: `The SSH agent does not hold the signing key ${path}.`,
        fix: expect.stringContaining(`ssh-add ${path};`) as string,
      });
    }
  });

  test("names an ssh-keygen that is missing", async () => {
    const { path } = keys.make("no-tool");
    const signer = await openSigner(path, { PATH: join(keys.folder, "empty") });
    expect(await refusal(signer)).toEqual(["SIGNING_TOOL_MISSING"]);
  });

  test("passes on what ssh-keygen says, on one line", async () => {
    const { path } = keys.make("too-open");
    chmodSync(path, 0o644);
    const [problem] = await problemsOf(async () => (await openSigner(path, SSH_ENV)).sign(utf8("x"), "git"));
    expect(problem?.code).toBe("SIGNING_FAILED");
    expect(problem?.message).toContain("are too open");
    expect(problem?.message).not.toContain("\n");
  });

  test("refuses the signature of another key", async () => {
    const mine = keys.make("mine");
    const theirs = keys.make("theirs");
    const signer = sshKeygenSigner({ key: parsePublicKey(mine.line), file: theirs.path, env: SSH_ENV });
    expect(await refusal(signer)).toEqual(["SIGNING_FAILED"]);
  });
});
