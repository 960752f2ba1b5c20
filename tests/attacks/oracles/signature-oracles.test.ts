import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parsePublicKey } from "../../../src/trust/public-key.ts";
import { wireMpint } from "../../../src/trust/ssh/wire.ts";
import { armor, dearmor } from "../../../src/trust/ssh/sshsig.ts";
import { gitVerdict, ownVerdict, signedCommit } from "../../support/commit-oracle.ts";
import { gitRepo } from "../../support/git-repo.ts";
import { rawCommit, storeCommit } from "../../support/raw-commits.ts";
import { innerSignature, splitInner, sshSigBlob, sshSigParts } from "../../support/ssh-forge.ts";
import { SSH_KEY_TYPES, type SshKeyFile, SshKeys, type SshKeyType } from "../../support/ssh-keys.ts";
import { type KeyEntry, trustOf } from "../../support/trust.ts";

/**
 * git, ssh-keygen and gpg as witnesses. They agree with modelgate wherever they say the same thing; where modelgate says
 * no and git says `G`, the case and its reason are listed here, and nowhere else.
 */
const TYPES = Object.keys(SSH_KEY_TYPES) as SshKeyType[];
const keys = new SshKeys();
const repo = gitRepo();
afterAll(() => {
  keys[Symbol.dispose]();
  repo[Symbol.dispose]();
});

function trusting(file: SshKeyFile, more: Partial<KeyEntry> = {}) {
  const { fingerprint } = parsePublicKey(file.line);
  const key = { id: "key", key: { fingerprint, line: file.line.trim() }, ...more };
  return { registry: trustOf({ principals: [{ id: "bot", roles: ["gate-bot"], keys: [key] }] }) };
}

const allowing = (file: SshKeyFile, options = ""): string => `ada@example.org ${options}${file.line}`;

/** The commit with its bytes changed, under the id that they have then. */
function rewritten(commit: string, change: (raw: string) => string): string {
  const raw = rawCommit(repo, commit).toString("latin1");
  const other = change(raw);
  expect(other).not.toBe(raw);
  return storeCommit(repo, other);
}

/** The signature's header replaced by one for another armor. */
function resigned(commit: string, armored: string): string {
  const header = `gpgsig ${armored.trimEnd().replaceAll("\n", "\n ")}\n`;
  return rewritten(commit, (raw) => raw.replace(/gpgsig (?:[^\n]*\n )*[^\n]*\n/, header));
}

function blobIn(commit: string): Buffer {
  const raw = rawCommit(repo, commit).toString("latin1");
  const armored = /gpgsig ((?:[^\n]*\n )*[^\n]*\n)/.exec(raw)?.[1]?.replaceAll("\n ", "\n") ?? "";
  return dearmor(Buffer.from(armored, "latin1"));
}

describe.each(TYPES)("A commit signed by a key of type %s: git and modelgate agree", (type) => {
  let key: SshKeyFile;
  let other: SshKeyFile;
  let commit: string;
  beforeAll(() => {
    key = keys.of(type);
    other = keys.of(type === "ed25519" ? "ecdsa-p256" : "ed25519");
    commit = signedCommit(repo, key);
  });

  const verdicts = async (of: string, file: SshKeyFile): Promise<string[]> => [
    gitVerdict(repo, of, allowing(file)),
    await ownVerdict(repo, of, trusting(file)),
  ];

  test("good", async () => {
    expect(await verdicts(commit, key)).toEqual(["G", "good"]);
  });

  test("good, but by a key that nobody lists", async () => {
    expect(await verdicts(commit, other)).toEqual(["U", "TRUST_KEY_UNKNOWN"]);
  });

  test("the message changed", async () => {
    const bent = rewritten(commit, (raw) => raw.replace("\n\nSigned\n", "\n\nSigned.\n"));
    expect(await verdicts(bent, key)).toEqual(["B", "SIGNATURE_WRONG"]);
  });

  test("the tree changed", async () => {
    const bent = rewritten(commit, (raw) => raw.replace(/^tree [0-9a-f]{4}/, "tree 0000"));
    expect(await verdicts(bent, key)).toEqual(["B", "SIGNATURE_WRONG"]);
  });

  test("signed for another purpose", async () => {
    const payload = rawCommit(repo, commit)
      .toString("latin1")
      .replace(/gpgsig (?:[^\n]*\n )*[^\n]*\n/, "");
    const forFiles = keys.sign(key, Buffer.from(payload, "latin1"), ["-n", "file"]).toString();
    expect(await verdicts(resigned(commit, forFiles), key)).toEqual(["B", "SIGNATURE_NAMESPACE_WRONG"]);
  });

  test("the key swapped for one that is trusted", async () => {
    const { key: foreign } = sshSigParts(blobIn(signedCommit(repo, other)));
    const forged = sshSigBlob({ ...sshSigParts(blobIn(commit)), key: foreign });
    expect(await verdicts(resigned(commit, armor(forged)), other)).toEqual([
      "B",
      "SIGNATURE_ALGORITHM_REFUSED",
    ]);
  });

  test("cut short", async () => {
    const cut = resigned(commit, armor(blobIn(commit).subarray(0, -8)));
    expect(await verdicts(cut, key)).toEqual(["B", "SIGNATURE_MALFORMED"]);
  });
});

test("A commit without a signature: git and modelgate agree", async () => {
  const key = keys.of("ed25519");
  const commit = repo.commit({}, "Unsigned");
  expect([gitVerdict(repo, commit, allowing(key)), await ownVerdict(repo, commit, trusting(key))]).toEqual([
    "N",
    "unsigned",
  ]);
});

describe("git says G, modelgate refuses: the old signature under a new commit id", () => {
  const key = keys.of("ed25519");
  let commit: string;
  beforeAll(() => {
    commit = signedCommit(repo, key);
  });
  const END = "-----END SSH SIGNATURE-----\n";

  const cases: readonly (readonly [string, (raw: string) => string, string])[] = [
    // git leaves out every header that begins with gpgsig when it makes the payload.
    [
      "a header gpgsig-foo",
      (raw) => raw.replace("\n\n", "\ngpgsig-foo bar\n\n"),
      "COMMIT_SIGNATURE_MALLEABLE",
    ],
    // The slot of the other hash algorithm, which nothing checks in a repository of SHA-1.
    [
      "a header gpgsig-sha256",
      (raw) => raw.replace("\n\n", "\ngpgsig-sha256 bar\n\n"),
      "COMMIT_SIGNATURE_MALLEABLE",
    ],
    // ssh-keygen stops reading at the first END.
    [
      "a line behind the armor",
      (raw) => raw.replace(END, `${END} hidden words\n`),
      "SIGNATURE_ARMOR_MALFORMED",
    ],
    ["an empty line behind the armor", (raw) => raw.replace(END, `${END} \n`), "SIGNATURE_ARMOR_MALFORMED"],
    // ssh-keygen skips white space in base64, so that every line break is one commit id more.
    ["a line broken elsewhere", (raw) => raw.replace("\n U1NI", "\n U1\n NI"), "SIGNATURE_ARMOR_MALFORMED"],
    [
      "an empty line in the base64",
      (raw) => raw.replace("\n U1NI", "\n \n U1NI"),
      "SIGNATURE_ARMOR_MALFORMED",
    ],
  ];
  test.each(cases)("%s", async (_name, change, code) => {
    const bent = rewritten(commit, change);
    expect(bent).not.toBe(commit);
    expect([gitVerdict(repo, bent, allowing(key)), await ownVerdict(repo, bent, trusting(key))]).toEqual([
      "G",
      code,
    ]);
  });

  test("a second signature: git takes both for one text, of which ssh-keygen reads the first", async () => {
    const again = (raw: string): string => {
      const header = /gpgsig (?:[^\n]*\n )*[^\n]*\n/.exec(raw)?.[0] ?? "";
      return raw.replace(header, `${header}${header}`);
    };
    const bent = rewritten(commit, again);
    expect([gitVerdict(repo, bent, allowing(key)), await ownVerdict(repo, bent, trusting(key))]).toEqual([
      "G",
      "COMMIT_SIGNATURE_MALLEABLE",
    ]);
  });
});

describe("git says G, modelgate refuses: trust that is not trust", () => {
  test("a key of 2048 bits", async () => {
    const weak = keys.make("weak", "rsa", ["-b", "2048", "-N", ""]);
    const commit = signedCommit(repo, weak);
    expect(gitVerdict(repo, commit, allowing(weak))).toBe("G");
    expect(await ownVerdict(repo, commit, trusting(keys.of("ed25519")))).toBe("TRUST_KEY_WEAK");
  });

  test("a commit that its signer dated back to when the key was valid: here the position decides, not the date", async () => {
    const key = keys.of("ecdsa-p384");
    const past = { GIT_AUTHOR_DATE: "2020-01-01T00:00:00Z", GIT_COMMITTER_DATE: "2020-01-01T00:00:00Z" };
    const ended = allowing(key, 'valid-before="20210101" ');
    const honest = signedCommit(repo, key);
    const backdated = signedCommit(repo, key, past);
    expect(gitVerdict(repo, honest, ended)).toBe("U");
    expect(gitVerdict(repo, backdated, ended)).toBe("G");
    for (const commit of [honest, backdated]) {
      expect(await ownVerdict(repo, commit, trusting(key, { retired: "rotated" }))).toBe("TRUST_KEY_RETIRED");
      expect(await ownVerdict(repo, commit, trusting(key, { revoked: "stolen" }))).toBe("TRUST_KEY_REVOKED");
      expect(await ownVerdict(repo, commit, trusting(key))).toBe("good");
    }
  });

  test("a key that signs certificates, in the allowed signers: a certificate is no key", async () => {
    const user = keys.make("user");
    keys.keygen([
      "-q",
      "-s",
      keys.of("ed25519").path,
      "-I",
      "id",
      "-n",
      "ada@example.org",
      `${user.path}.pub`,
    ]);
    const commit = signedCommit(repo, { ...user, path: `${user.path}-cert.pub` });
    expect(gitVerdict(repo, commit, allowing(keys.of("ed25519"), "cert-authority "))).toBe("G");
    expect(await ownVerdict(repo, commit, trusting(keys.of("ed25519")))).toBe(
      "TRUST_KEY_CERTIFICATE_UNSUPPORTED",
    );
  });

  test("a program of the repository's own that says what it likes", async () => {
    const liar = join(repo.root, "liar");
    writeFileSync(liar, '#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] GOODSIG 0123456789ABCDEF Ada" >&1\n');
    chmodSync(liar, 0o755);
    const armored = "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n";
    const forged = resigned(signedCommit(repo, keys.of("ed25519")), armored);
    repo.git("config", "gpg.program", liar);
    try {
      expect(gitVerdict(repo, forged, "")).toBe("G");
    } finally {
      repo.git("config", "--unset", "gpg.program");
    }
    expect(await ownVerdict(repo, forged, trusting(keys.of("ed25519")))).toBe("SIGNATURE_MALFORMED");
  });

  test("a merge of a signed tag: what the tag brings in is read by nobody", async () => {
    const key = keys.of("ed25519");
    const commit = signedCommit(repo, key);
    const payload = rawCommit(repo, commit)
      .toString("latin1")
      .replace(/gpgsig (?:[^\n]*\n )*[^\n]*\n/, "")
      .replace("\n\n", "\nmergetag object x\n type commit\n\n");
    const armored = keys.sign(key, Buffer.from(payload, "latin1")).toString();
    const header = `gpgsig ${armored.trimEnd().replaceAll("\n", "\n ")}\n`;
    const merged = storeCommit(repo, payload.replace("\n\n", `\n${header}\n`));
    expect(gitVerdict(repo, merged, allowing(key))).toBe("G");
    expect(await ownVerdict(repo, merged, trusting(key))).toBe("COMMIT_SIGNATURE_MALLEABLE");
  });
});

test("git dies at junk before the armor, and with it the whole log; modelgate refuses the one commit", async () => {
  const key = keys.of("ed25519");
  const bent = rewritten(signedCommit(repo, key), (raw) =>
    raw.replace("gpgsig -----", "gpgsig junk\n -----"),
  );
  expect(gitVerdict(repo, bent, allowing(key))).toBe("dies");
  expect(await ownVerdict(repo, bent, trusting(key))).toBe("SIGNATURE_ARMOR_MALFORMED");
});

test("Neither can tell an ECDSA signature from its twin (r, n - s): the payload then stands in history twice", async () => {
  const key = keys.of("ecdsa-p256");
  const commit = signedCommit(repo, key);
  const parts = sshSigParts(blobIn(commit));
  const { algorithm, value } = splitInner(parts.inner);
  const length = value.readUInt32BE(0);
  const order = 0xffffffff_00000000_ffffffff_ffffffff_bce6faad_a7179e84_f3b9cac2_fc632551n;
  const twin = (order - BigInt(`0x${value.subarray(8 + length).toString("hex")}`))
    .toString(16)
    .padStart(64, "0");
  const numbers = Buffer.concat([value.subarray(0, 4 + length), wireMpint(Buffer.from(twin, "hex"))]);
  const bent = resigned(commit, armor(sshSigBlob({ ...parts, inner: innerSignature(algorithm, numbers) })));
  expect(bent).not.toBe(commit);
  expect([gitVerdict(repo, bent, allowing(key)), await ownVerdict(repo, bent, trusting(key))]).toEqual([
    "G",
    "good",
  ]);
});

test("The name of the author is nobody's proof: git says G all the same, and modelgate names the key", async () => {
  const key = keys.of("ed25519");
  const spoofed = {
    GIT_AUTHOR_NAME: "Boss",
    GIT_AUTHOR_EMAIL: "boss@example.org",
    GIT_COMMITTER_EMAIL: "boss@example.org",
  };
  const commit = signedCommit(repo, key, spoofed);
  expect(gitVerdict(repo, commit, allowing(key))).toBe("G");
  expect(await ownVerdict(repo, commit, trusting(key))).toBe("good");
  expect(await ownVerdict(repo, commit, trusting(keys.of("rsa")))).toBe("TRUST_KEY_UNKNOWN");
});
