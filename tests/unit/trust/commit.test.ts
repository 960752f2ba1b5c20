import { execFileSync } from "node:child_process";
import { afterAll, describe, expect, test } from "vitest";
import { parseCommitObject } from "../../../src/trust/commit.ts";
import { GIT_ENV, gitRepo } from "../../support/git-repo.ts";
import { codes, problemsOf } from "../../support/problems.ts";
import { commitId, rawCommit } from "../../support/raw-commits.ts";
import { SshKeys } from "../../support/ssh-keys.ts";

const TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const PARENT = "1111111111111111111111111111111111111111";
const ADA = "Ada <ada@example.org> 1700000000 +0100";
const ARMOR = ["-----BEGIN SSH SIGNATURE-----", "U1NI", "-----END SSH SIGNATURE-----"];
const GPGSIG = `gpgsig ${ARMOR.join("\n ")}\n`;
const HEAD = `tree ${TREE}\nparent ${PARENT}\nauthor ${ADA}\ncommitter ${ADA}\n`;

const keys = new SshKeys();
const repo = gitRepo();
afterAll(() => {
  keys[Symbol.dispose]();
  repo[Symbol.dispose]();
});

const read = (raw: string | Buffer) => parseCommitObject(commitId(raw), Buffer.from(raw as string, "latin1"));

async function refusal(raw: string): Promise<string[]> {
  return codes(await problemsOf(() => read(raw)));
}

describe("A commit object", () => {
  test("is read whole", () => {
    const raw = `${HEAD}encoding ISO-8859-1\n${GPGSIG}\nSubject\n\nBody\n`;
    const commit = read(raw);
    expect(commit).toMatchObject({
      id: commitId(raw),
      tree: TREE,
      parents: [PARENT],
      author: { who: "Ada <ada@example.org>", seconds: 1_700_000_000, zone: "+0100" },
      committer: { who: "Ada <ada@example.org>", seconds: 1_700_000_000, zone: "+0100" },
      encoding: "ISO-8859-1",
    });
    expect(commit.signature?.kind).toBe("ssh");
    expect(Buffer.from(commit.signature?.armored ?? []).toString()).toBe(`${ARMOR.join("\n")}\n`);
    expect(Buffer.from(commit.payload).toString()).toBe(`${HEAD}encoding ISO-8859-1\n\nSubject\n\nBody\n`);
    expect(Buffer.from(commit.message).toString()).toBe("Subject\n\nBody\n");
  });

  test("may have no parent, any number of parents, no signature and no message", () => {
    const root = read(`tree ${TREE}\nauthor ${ADA}\ncommitter ${ADA}\n\n`);
    expect(root).toMatchObject({ parents: [], signature: null, encoding: null });
    expect(root.message.length).toBe(0);
    expect(Buffer.from(root.payload).toString()).toBe(`tree ${TREE}\nauthor ${ADA}\ncommitter ${ADA}\n\n`);
    const parents = Array.from({ length: 70 }, (_, n) => n.toString(16).padStart(40, "0"));
    const octopus = parents.map((id) => `parent ${id}\n`).join("");
    expect(read(`tree ${TREE}\n${octopus}author ${ADA}\ncommitter ${ADA}\n\nOctopus\n`).parents).toEqual(
      parents,
    );
  });

  test("tells the kinds of signatures apart", () => {
    const kinds = ["SSH SIGNATURE", "PGP SIGNATURE", "SIGNED MESSAGE"].map(
      (label) => read(`${HEAD}gpgsig -----BEGIN ${label}-----\n x\n\nm`).signature?.kind,
    );
    expect(kinds).toEqual(["ssh", "openpgp", "x509"]);
  });

  test("may be dated 1970 or 2100, and names may be in any script or encoding", () => {
    const at = (seconds: string): number =>
      read(`tree ${TREE}\nauthor A <a> ${seconds} -1200\ncommitter A <a> ${seconds} +1400\n\n`).author
        .seconds;
    expect(["0", "4102444800", "999999999999"].map(at)).toEqual([0, 4_102_444_800, 999_999_999_999]);
    const named = (name: Buffer, encoding: string): string => {
      const who = name.toString("latin1");
      return read(`tree ${TREE}\nauthor ${who} <a> 1 +0000\ncommitter ${ADA}\n${encoding}\n`).author.who;
    };
    expect(named(Buffer.from("Zoë Łem"), "")).toBe("Zoë Łem <a>");
    expect(named(Buffer.from("Zo\xeb", "latin1"), "encoding ISO-8859-1\n")).toBe("Zoë <a>");
    expect(named(Buffer.from("Zo\xeb", "latin1"), "")).toBe("Zo\uFFFD <a>");
    expect(named(Buffer.from("Zo\xeb", "latin1"), "encoding no-such-thing\n")).toBe("Zo\uFFFD <a>");
  });

  test("is not copied, but for the payload", () => {
    const raw = Buffer.from(`${HEAD}\nmessage`);
    const commit = parseCommitObject(commitId(raw.toString()), raw);
    expect(commit.message.buffer).toBe(raw.buffer);
    expect(commit.payload.buffer).toBe(raw.buffer);
  });
});

describe("A commit that git made", () => {
  const signed = (...more: string[]) => [
    "-c",
    "gpg.format=ssh",
    "-c",
    `user.signingKey=${keys.of("ed25519").path}`,
    "-c",
    "gpg.ssh.program=ssh-keygen",
    ...more,
  ];

  test.each([
    ["plain", ["commit", "-q", "--allow-empty", "-S", "-m", "Signed"]],
    ["without a message", ["commit", "-q", "--allow-empty", "--allow-empty-message", "-S", "-m", ""]],
    [
      "in Latin-1",
      [
        "-c",
        "i18n.commitEncoding=ISO-8859-1",
        "commit",
        "-q",
        "--allow-empty",
        "-S",
        "-m",
        "Gr\u00fc\u00dfe",
      ],
    ],
  ])("and signed, %s, is read, and its payload is what git had signed", (_name, args) => {
    execFileSync("git", signed(...args), { cwd: repo.root, env: GIT_ENV });
    const id = repo.git("rev-parse", "HEAD");
    const commit = parseCommitObject(id, rawCommit(repo));
    expect(commit.signature?.kind).toBe("ssh");
    const armored = commit.signature?.armored ?? new Uint8Array();
    expect(keys.accepts(keys.of("ed25519"), { armored, payload: commit.payload, namespace: "git" })).toBe(
      true,
    );
  });

  test("in a repository of SHA-256 has its signature under another name", async () => {
    using other = gitRepo();
    execFileSync("sh", ["-c", "rm -rf .git && git init -q -b main --object-format=sha256"], {
      cwd: other.root,
      env: GIT_ENV,
    });
    execFileSync("git", signed("commit", "-q", "--allow-empty", "-S", "-m", "Signed"), {
      cwd: other.root,
      env: GIT_ENV,
    });
    const id = other.git("rev-parse", "HEAD");
    const raw = rawCommit(other);
    expect(raw.toString()).toContain("\ngpgsig-sha256 ");
    const commit = parseCommitObject(id, raw);
    expect(id).toHaveLength(64);
    const armored = commit.signature?.armored ?? new Uint8Array();
    expect(keys.accepts(keys.of("ed25519"), { armored, payload: commit.payload, namespace: "git" })).toBe(
      true,
    );

    const renamed = raw.toString("latin1").replace("\ngpgsig-sha256 ", "\ngpgsig ");
    const problems = await problemsOf(() =>
      parseCommitObject(commitId(renamed, "sha256"), Buffer.from(renamed, "latin1")),
    );
    expect(codes(problems)).toEqual(["COMMIT_SIGNATURE_MALLEABLE"]);
  });

  test("by merging a signed tag has a header more, and is refused", async () => {
    repo.git("checkout", "-q", "-b", "side");
    repo.commit({ "side.txt": "x" });
    execFileSync("git", signed("tag", "-s", "-m", "tag", "v1"), { cwd: repo.root, env: GIT_ENV });
    repo.git("checkout", "-q", "main");
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", "v1");
    const id = repo.git("rev-parse", "HEAD");
    const raw = rawCommit(repo);
    expect(raw.toString()).toContain("\nmergetag object ");
    expect(codes(await problemsOf(() => parseCommitObject(id, raw)))).toEqual(["COMMIT_SIGNATURE_MALLEABLE"]);
  });
});

describe("A commit is refused", () => {
  test("when its bytes have another id", async () => {
    const raw = Buffer.from(`${HEAD}\nm`);
    for (const id of [PARENT, commitId(raw.toString()).toUpperCase(), "", "main", commitId(`${HEAD}\nn`)]) {
      expect(codes(await problemsOf(() => parseCommitObject(id, raw)))).toEqual(["GIT_OBJECT_CORRUPT"]);
    }
  });

  const malleable: readonly (readonly [string, string])[] = [
    ["a second signature", `${HEAD}${GPGSIG}${GPGSIG}\nm`],
    [
      "a signature for the other hash beside it",
      `${HEAD}${GPGSIG}${GPGSIG.replace("gpgsig", "gpgsig-sha256")}\nm`,
    ],
    ["a signature for the other hash only", `${HEAD}${GPGSIG.replace("gpgsig", "gpgsig-sha256")}\nm`],
    ["a header that begins like a signature", `${HEAD}${GPGSIG}gpgsig-foo bar\n\nm`],
    ["a header that begins like a signature, before it", `${HEAD}gpgsig-foo bar\n${GPGSIG}\nm`],
    ["a header that nobody knows", `${HEAD}x-note 1\n\nm`],
    ["a header that nobody knows, with a second line", `${HEAD}x-note 1\n 2\n\nm`],
    ["a merged tag", `${HEAD}mergetag object ${PARENT}\n type commit\n\nm`],
    ["a line that goes on from nowhere", `${HEAD} goes on\n\nm`],
    ["the encoding twice", `${HEAD}encoding a\nencoding b\n\nm`.replace("encoding b", "encodinG b")],
  ];
  test.each(malleable)("with %s: COMMIT_SIGNATURE_MALLEABLE", async (_name, raw) => {
    expect(await refusal(raw)).toEqual(["COMMIT_SIGNATURE_MALLEABLE"]);
  });

  const malformed: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["only a message", "\n\nm"],
    ["no blank line", HEAD],
    ["no tree", `author ${ADA}\ncommitter ${ADA}\n\nm`],
    ["a tree in capitals", `${HEAD.replace(TREE, TREE.toUpperCase())}\nm`],
    ["a tree that is too short", `${HEAD.replace(TREE, TREE.slice(1))}\nm`],
    ["a tree that is too long", `${HEAD.replace(TREE, `${TREE}0`)}\nm`],
    ["two trees", `tree ${TREE}\n${HEAD}\nm`],
    ["a parent that is no id", `${HEAD.replace(PARENT, "main")}\nm`],
    ["two spaces", `${HEAD.replace("tree ", "tree  ")}\nm`],
    ["a parent after the author", `tree ${TREE}\nauthor ${ADA}\nparent ${PARENT}\ncommitter ${ADA}\n\nm`],
    ["two authors", `${HEAD.replace("committer", `author ${ADA}\ncommitter`)}\nm`],
    ["no author", `tree ${TREE}\ncommitter ${ADA}\n\nm`],
    ["no committer", `tree ${TREE}\nauthor ${ADA}\n\nm`],
    ["two committers", `${HEAD}committer ${ADA}\n\nm`],
    ["an author without a date", `${HEAD.replace(" 1700000000 +0100", "")}\nm`],
    ["a date before 1970", `${HEAD.replace("1700000000", "-1")}\nm`],
    ["a date with zeros before it", `${HEAD.replace("1700000000", "01700000000")}\nm`],
    ["a date of 13 digits", `${HEAD.replace("1700000000", "1700000000000")}\nm`],
    ["a date in hex", `${HEAD.replace("1700000000", "0x6553f100")}\nm`],
    ["a zone that is none", `${HEAD.replace("+0100", "CET")}\nm`],
    ["a name with a bracket", `${HEAD.replace("Ada <", "A>da <")}\nm`],
    ["two addresses", `${HEAD.replace("ada@example.org>", "ada@example.org> <eve@example.org>")}\nm`],
    ["a NUL in a name", `${HEAD.replace("Ada", "A\0da")}\nm`],
    ["a NUL in the message, after which git shows nothing", `${HEAD}\nm\0hidden`],
    ["an encoding after the signature", `${HEAD}${GPGSIG}encoding x\n\nm`],
    ["the encoding twice", `${HEAD}encoding a\nencoding b\n\nm`],
  ];
  test.each(malformed)("with %s: COMMIT_MALFORMED", async (_name, raw) => {
    expect(await refusal(raw)).toEqual(["COMMIT_MALFORMED"]);
  });

  const unarmored: readonly (readonly [string, string])[] = [
    ["is empty", `${HEAD}gpgsig \n\nm`],
    ["is junk", `${HEAD}gpgsig junk\n\nm`],
    ["has junk before it", `${HEAD}gpgsig junk\n ${ARMOR.join("\n ")}\n\nm`],
    ["begins with an empty line", `${HEAD}gpgsig \n ${ARMOR.join("\n ")}\n\nm`],
    ["is a message of PGP", `${HEAD}gpgsig -----BEGIN PGP MESSAGE-----\n x\n\nm`],
    ["has CRLF line ends", `${HEAD}${GPGSIG.replaceAll("\n", "\r\n")}\nm`],
  ];
  test.each(unarmored)("when its signature %s: SIGNATURE_ARMOR_MALFORMED", async (_name, raw) => {
    expect(await refusal(raw)).toEqual(["SIGNATURE_ARMOR_MALFORMED"]);
  });
});
