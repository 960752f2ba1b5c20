import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { keyOf, letsSomebodySign, parseTrust } from "../../../src/trust/registry.ts";
import { codes, placed, problemsOf, utf8 } from "../../support/problems.ts";
import { type KeyEntry, testKey, trustOf, trustText } from "../../support/trust.ts";

const ada = testKey();
const bob = testKey();

const problemsIn = (text: string) => problemsOf(() => parseTrust(utf8(text)));

const withKeys = (...keys: readonly KeyEntry[]) =>
  trustText({ principals: [{ id: "ada", roles: ["model-signer", "release-manager"], keys }] });

describe("parseTrust reads", () => {
  it("principals, keys, their standing and their roles", () => {
    const registry = trustOf({
      version: 7,
      principals: [
        {
          id: "ada",
          github: "ada-l",
          roles: ["model-signer", "release-manager"],
          keys: [
            { id: "ada-2025", key: bob, retired: "rotated" },
            { id: "ada-2026", key: ada, roles: ["release-manager"] },
          ],
        },
      ],
    });
    expect(registry).toMatchObject({
      version: 7,
      owners: ["ml-platform"],
      manifestSignature: "optional",
      revoked: { datasets: [], trainerCode: [] },
    });
    expect(registry.principals[0]).toMatchObject({
      id: "ada",
      github: "ada-l",
      keys: [
        {
          id: "ada-2025",
          kind: "ssh",
          fingerprint: bob.fingerprint,
          roles: ["model-signer", "release-manager"],
          standing: { state: "retired", reason: "rotated" },
        },
        { id: "ada-2026", roles: ["release-manager"], standing: { state: "active" } },
      ],
    });
  });

  it("who signs which commits, with defaults for what is left out", () => {
    const { commits } = trustOf({ more: ["commits:", "  promotion: [gate-bot]"] });
    expect(commits).toEqual({
      promotion: ["gate-bot"],
      registration: ["gate-bot", "model-signer"],
      policy: ["gate-bot", "policy-owner"],
      trust: ["gate-bot", "policy-owner"],
    });
  });

  it("what is revoked, and what was lifted", () => {
    const [data, code] = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`];
    const { revoked } = trustOf({
      more: [
        "revoked:",
        `  datasets: [{ digest: "${data}", reason: poisoned }]`,
        `  trainer_code: [{ hash: "${code}", reason: leaks, lifted: { reason: "it was another repository" } }]`,
      ],
    });
    expect(revoked).toEqual({
      datasets: [{ digest: data, reason: "poisoned", lifted: null }],
      trainerCode: [{ digest: code, reason: "leaks", lifted: "it was another repository" }],
    });
  });

  it("PEM keys under the fingerprint of their OpenSSH form", () => {
    const pem = ada.public.key.export({ format: "pem", type: "spki" }).toString();
    const block = `|\n${pem.trimEnd().replaceAll(/^/gm, "          ")}`;
    const registry = parseTrust(
      utf8(withKeys({ id: "a", key: { fingerprint: ada.fingerprint, line: block } })),
    );
    expect(keyOf(registry, ada.fingerprint)?.principal.id).toBe("ada");
  });

  it("every kind of key that may sign", () => {
    const keys = [
      testKey(() => generateKeyPairSync("ec", { namedCurve: "P-256" })),
      testKey(() => generateKeyPairSync("ec", { namedCurve: "P-384" })),
      testKey(() => generateKeyPairSync("ec", { namedCurve: "P-521" })),
      testKey(() => generateKeyPairSync("rsa", { modulusLength: 3072 })),
    ];
    const registry = parseTrust(utf8(withKeys(...keys.map((key, n) => ({ id: `k${n}`, key })))));
    const found = keys.map(({ fingerprint }) => keyOf(registry, fingerprint)?.key.key?.algorithm);
    expect(found).toEqual(["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa"]);
  });
});

describe("keyOf", () => {
  it("finds a key and whose it is", () => {
    const registry = parseTrust(utf8(withKeys({ id: "a", key: ada })));
    expect(keyOf(registry, ada.fingerprint)).toMatchObject({ principal: { id: "ada" }, key: { id: "a" } });
  });

  it("finds nothing under a name that objects inherit", () => {
    expect(keyOf(trustOf({}), "constructor")).toBeUndefined();
  });
});

describe("parseTrust refuses", () => {
  it("a fingerprint that is not of the key, where it stands", async () => {
    const text = withKeys({ id: "a", key: { fingerprint: bob.fingerprint, line: ada.line } });
    expect(placed(await problemsIn(text))).toEqual(["11:22 TRUST_FINGERPRINT_WRONG"]);
  });

  it("a key, an id of a key, or an id of a principal that stands twice, over all principals", async () => {
    const one = { roles: ["gate-bot"], keys: [{ id: "k", key: ada }] };
    const text = trustText({
      principals: [
        { id: "p", ...one },
        { id: "p", ...one },
      ],
    });
    expect(codes(await problemsIn(text)).sort()).toEqual([
      "TRUST_KEY_DUPLICATE",
      "TRUST_NAME_DUPLICATE",
      "TRUST_NAME_DUPLICATE",
    ]);
  });

  it("one GitHub login for two principals, however it is written", async () => {
    const text = trustText({
      principals: [
        { id: "a", github: "Ada", roles: ["gate-bot"], keys: [{ id: "k", key: ada }] },
        { id: "b", github: "ada", roles: ["gate-bot"], keys: [{ id: "l", key: bob }] },
      ],
    });
    expect(codes(await problemsIn(text))).toEqual(["TRUST_LOGIN_DUPLICATE"]);
  });

  it("a role that does not exist, and one that the principal does not have", async () => {
    const text = withKeys({ id: "a", key: ada, roles: ["gate-bot"] }, { id: "b", key: bob, roles: ["boss"] });
    expect(placed(await problemsIn(text))).toEqual([
      "13:17 TRUST_ROLE_NOT_HELD",
      "17:17 DOCUMENT_VALUE_UNKNOWN",
    ]);
  });

  it("a key that is retired and revoked", async () => {
    const text = withKeys({ id: "a", key: ada, retired: "old", revoked: "lost" });
    expect(codes(await problemsIn(text))).toEqual(["TRUST_KEY_ENDED_TWICE"]);
  });

  it("RSA that is too short, DSA, a certificate, a security key, a private key, and no key at all", async () => {
    const weak = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
    const spki = weak.export({ format: "pem", type: "spki" }).toString();
    const block = `|\n${spki.trimEnd().replaceAll(/^/gm, "          ")}`;
    const wire = (type: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(type.length);
      return `${type} ${Buffer.concat([length, Buffer.from(type), Buffer.alloc(4)]).toString("base64")}`;
    };
    const lines = [
      block,
      wire("ssh-dss"),
      wire("ssh-ed25519-cert-v01@openssh.com"),
      wire("sk-ssh-ed25519@openssh.com"),
      '"-----BEGIN OPENSSH PRIVATE KEY-----"',
      "ssh-ed25519 AAAA",
    ];
    const fingerprint = (n: number) => `SHA256:${String(n).repeat(43)}`;
    const keys = lines.map((line, n) => ({ id: `k${n}`, key: { line, fingerprint: fingerprint(n) } }));
    expect(codes(await problemsIn(withKeys(...keys)))).toEqual([
      "TRUST_KEY_WEAK",
      "TRUST_KEY_ALGORITHM_REFUSED",
      "TRUST_KEY_CERTIFICATE_UNSUPPORTED",
      "TRUST_KEY_HARDWARE_UNSUPPORTED",
      "TRUST_KEY_PRIVATE",
      "TRUST_KEY_MALFORMED",
    ]);
  });

  it("one dataset that is revoked twice", async () => {
    const entry = `{ digest: "sha256:${"1".repeat(64)}", reason: poisoned }`;
    const text = trustText({ more: ["revoked:", `  datasets: [${entry}, ${entry}]`] });
    expect(codes(await problemsIn(text))).toEqual(["TRUST_REVOCATION_DUPLICATE"]);
  });

  it.each([
    ["metadata: { version: 0, owners: [a] }", "DOCUMENT_VALUE_INVALID"],
    ["metadata: { version: 1.5, owners: [a] }", "DOCUMENT_TYPE_WRONG"],
    ['metadata: { version: "1", owners: [a] }', "DOCUMENT_TYPE_WRONG"],
    ["metadata: { owners: [a] }", "DOCUMENT_KEY_MISSING"],
  ])("a version that is no whole number from 1: %s", async (metadata, code) => {
    const text = `apiVersion: modelgate/v1\nkind: TrustPolicy\n${metadata}\nprincipals: []\n`;
    expect(codes(await problemsIn(text))).toEqual([code]);
  });

  it("keys that nobody knows, with the nearest one", async () => {
    const [found] = await problemsIn(trustText({ more: ["manifest_signatur: required"] }));
    expect(found).toMatchObject({ code: "DOCUMENT_KEY_UNKNOWN", where: { line: 7 } });
    expect(found?.fix).toContain("manifest_signature");
  });

  it("several things at once, by line", async () => {
    const text = withKeys(
      { id: "a", key: { ...ada, fingerprint: bob.fingerprint } },
      { id: "a", key: testKey(), roles: ["policy-owner"], retired: "x", revoked: "y" },
    );
    expect(placed(await problemsIn(text))).toEqual([
      "11:22 TRUST_FINGERPRINT_WRONG",
      "13:13 TRUST_NAME_DUPLICATE",
      "16:17 TRUST_ROLE_NOT_HELD",
      "18:11 TRUST_KEY_ENDED_TWICE",
    ]);
  });
});

describe("a file of 10,000 lines", () => {
  const lines = (count: number, line: string) => `${line}\n`.repeat(count);

  it("is one key with 10,000 lines: refused for its length", async () => {
    const block = `|\n${lines(10_000, `          ${"A".repeat(40)}`).trimEnd()}`;
    const text = withKeys({ id: "a", key: { fingerprint: ada.fingerprint, line: block } });
    expect(codes(await problemsIn(text))).toEqual(["TRUST_KEY_MALFORMED"]);
  });

  it("is a list of keys that are all wrong: a hundred problems, no more", async () => {
    const keys = Array.from({ length: 2_500 }, (_, n) => ({
      id: `k${n}`,
      key: { fingerprint: ada.fingerprint, line: "x y" },
    }));
    const found = await problemsIn(withKeys(...keys));
    expect(found.length).toBe(100);
  });

  it("is a list of good keys: they are all found", () => {
    const principals = Array.from({ length: 1_000 }, (_, n) => ({
      id: `p${n}`,
      roles: ["gate-bot"],
      keys: [{ id: `k${n}`, key: testKey() }],
    }));
    const more = [lines(5_000, "# a remark").trimEnd()];
    const registry = trustOf({ principals, more });
    expect(
      principals.every(({ id, keys }) =>
        keys.every(({ key }) => keyOf(registry, key.fingerprint)?.principal.id === id),
      ),
    ).toBe(true);
  });
});

describe("letsSomebodySign", () => {
  const held = (entry: Partial<KeyEntry>, roles: readonly string[]) =>
    letsSomebodySign(trustOf({ principals: [{ id: "a", roles, keys: [{ id: "k", key: ada, ...entry }] }] }));

  it("needs one active key with a role that signs commits", () => {
    expect(letsSomebodySign(trustOf({}))).toBe(false);
    expect(held({}, ["gate-bot"])).toBe(true);
    expect(held({}, ["evidence-signer"])).toBe(false);
    expect(held({ retired: "destroyed" }, ["model-signer"])).toBe(false);
    expect(held({ revoked: "stolen" }, ["policy-owner"])).toBe(false);
    expect(held({ roles: ["evidence-signer"] }, ["evidence-signer", "policy-owner"])).toBe(false);
  });
});
