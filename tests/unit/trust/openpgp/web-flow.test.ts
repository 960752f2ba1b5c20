import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newKeyFrom } from "../../../../src/trust/new-key.ts";
import { openPgpFingerprint } from "../../../../src/trust/openpgp/fingerprint.ts";
import { openPgpKeyIn, WEB_FLOW_FINGERPRINT } from "../../../../src/trust/openpgp/web-flow.ts";
import { temporaryFolder } from "../../../support/git-repo.ts";
import { codes, problemsOf, utf8 } from "../../../support/problems.ts";
import { testKey, trustOf } from "../../../support/trust.ts";

let home: string;
const gpg = (...args: string[]): Buffer =>
  execFileSync("gpg", ["--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", ...args], {
    env: { PATH: process.env["PATH"], HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
/** What gpg itself says the fingerprints of the keys are, in their order. */
const fingerprints = (): string[] =>
  gpg("--with-colons", "--fingerprint")
    .toString()
    .split("\n")
    .filter((line, at, all) => line.startsWith("fpr") && all[at - 1]?.startsWith("pub"))
    .map((line) => line.split(":")[9] ?? "");

describe("OpenPGP keys", () => {
  let first = "";
  let second = "";
  beforeAll(() => {
    home = temporaryFolder();
    for (const name of ["one@example.org", "two@example.org"])
      gpg("--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", "never");
    [first = "", second = ""] = fingerprints();
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it("have the fingerprint that gpg says", () => {
    const text = gpg("--armor", "--export", first).toString();
    expect([first.length, openPgpFingerprint(text)]).toEqual([40, first]);
    expect(newKeyFrom(text)).toEqual({ kind: "openpgp", fingerprint: first, public_key: text });
  });

  it("stand in trust.yaml under that fingerprint alone", async () => {
    const block = `|\n${gpg("--armor", "--export", first)
      .toString()
      .trimEnd()
      .replaceAll(/^(?=.)/gm, "          ")}`;
    const registry = (fingerprint: string) =>
      trustOf({
        principals: [
          {
            id: "github",
            roles: ["gate-bot"],
            keys: [{ id: "web", key: { fingerprint, line: `${block}\n        kind: openpgp` } }],
          },
        ],
      });
    expect(registry(first).principals[0]?.keys[0]).toMatchObject({ kind: "openpgp", fingerprint: first });
    expect(codes(await problemsOf(() => registry(second)))).toEqual(["TRUST_FINGERPRINT_WRONG"]);
  });

  it("are picked out of several by fingerprint, armoured in one block, in two, or not at all", () => {
    const one = (bytes: Uint8Array) => openPgpFingerprint(openPgpKeyIn(bytes, second).public_key);
    const both = gpg("--armor", "--export");
    const apart = Buffer.concat([gpg("--armor", "--export", first), gpg("--armor", "--export", second)]);
    expect([one(both), one(apart), one(gpg("--export"))]).toEqual([second, second, second]);
  });

  it("are refused as GitHub's unless they have the pinned fingerprint", async () => {
    const found = await problemsOf(() => openPgpKeyIn(gpg("--armor", "--export")));
    expect(codes(found)).toEqual(["TRUST_WEB_FLOW_KEY_MISSING"]);
    expect(found[0]?.message).toContain(WEB_FLOW_FINGERPRINT);
  });

  it.each<[string, () => string, string]>([
    ["two keys in one block", () => gpg("--armor", "--export").toString(), "TRUST_KEY_MALFORMED"],
    ["a private key", () => gpg("--armor", "--export-secret-keys", first).toString(), "TRUST_KEY_PRIVATE"],
    [
      "text before the block",
      () => `x\n${gpg("--armor", "--export", first).toString()}`,
      "TRUST_KEY_MALFORMED",
    ],
    [
      "a block cut short",
      () =>
        gpg("--armor", "--export", first)
          .toString()
          .replace(/\n[^\n]{60,}/, "\n"),
      "TRUST_KEY_MALFORMED",
    ],
    ["nothing", () => "", "TRUST_KEY_MALFORMED"],
  ])("are refused: %s", async (_, text, code) => {
    expect(codes(await problemsOf(() => openPgpFingerprint(text())))).toEqual([code]);
  });
});

describe("a key that somebody adds", () => {
  it("loses its comment, and its PEM", () => {
    const key = testKey();
    const pem = key.public.key.export({ format: "pem", type: "spki" }).toString();
    const wanted = { fingerprint: key.fingerprint, public_key: key.line };
    expect(newKeyFrom(`${key.line} ada@laptop\n`)).toEqual(wanted);
    expect(newKeyFrom(pem)).toEqual(wanted);
  });

  it("is no private key and no junk", async () => {
    const refused = (text: string) => problemsOf(() => newKeyFrom(text));
    const secret = testKey().private.export({ format: "pem", type: "pkcs8" }).toString();
    expect(codes(await refused(secret))).toEqual(["TRUST_KEY_PRIVATE"]);
    expect(codes(await refused("junk"))).toEqual(["TRUST_KEY_MALFORMED"]);
    expect(codes(await problemsOf(() => openPgpKeyIn(utf8("junk"))))).toEqual(["TRUST_KEY_MALFORMED"]);
  });
});
