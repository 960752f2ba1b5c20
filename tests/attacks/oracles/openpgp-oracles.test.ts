import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gitVerdict, ownVerdict } from "../../support/commit-oracle.ts";
import { gitRepo } from "../../support/git-repo.ts";
import { Gpg } from "../../support/gpg.ts";
import { rawCommit, storeCommit } from "../../support/raw-commits.ts";
import { trustOf } from "../../support/trust.ts";

/** git and gpg as witnesses; where they and modelgate differ, the reason is in the name of the test. */
const repo = gitRepo();
afterAll(() => repo[Symbol.dispose]());

describe("A commit signed by gpg", () => {
  const gpg = new Gpg();
  let ada: string;
  beforeAll(() => {
    ada = gpg.make("ada", "ed25519");
  });
  afterAll(() => gpg[Symbol.dispose]());

  function commitBy(
    fingerprint: string,
    payloadChange: (payload: string) => string = (payload) => payload,
  ): string {
    const plain = rawCommit(repo, repo.commit({}, "By gpg")).toString("latin1");
    const payload = payloadChange(plain);
    return withArmor(plain, gpg.sign(fingerprint, Buffer.from(payload, "latin1")).toString());
  }

  function withArmor(plain: string, armored: string): string {
    const header = `gpgsig ${armored.replace(/\n$/, "").replaceAll("\n", "\n ")}\n`;
    return storeCommit(repo, plain.replace("\n\n", `\n${header}\n`));
  }

  const verdicts = async (commit: string, fingerprints: readonly string[]): Promise<string[]> => {
    const openPgp = fingerprints.map((fingerprint) => ({ fingerprint, armored: gpg.export(fingerprint) }));
    const own = await ownVerdict(repo, commit, { registry: trustOf({}), openPgp });
    return [gitVerdict(repo, commit, "", { GNUPGHOME: gpg.home }), own];
  };

  test("git and modelgate agree on good, changed, and unknown", async () => {
    expect(await verdicts(commitBy(ada), [ada])).toEqual(["G", "good"]);
    expect(
      await verdicts(
        commitBy(ada, (payload) => `${payload} `),
        [ada],
      ),
    ).toEqual(["B", "SIGNATURE_WRONG"]);
    using stranger = new Gpg();
    const other = stranger.make("eve", "ed25519");
    const plain = rawCommit(repo, repo.commit({}, "By Eve"));
    const commit = withArmor(plain.toString("latin1"), stranger.sign(other, plain).toString());
    expect(await verdicts(commit, [ada])).toEqual(["E", "TRUST_KEY_UNKNOWN"]);
  });

  test("GitHub's empty line behind the armor is one that both take", async () => {
    const plain = rawCommit(repo, repo.commit({}, "As GitHub does")).toString("latin1");
    const armored = gpg.sign(ada, Buffer.from(plain, "latin1")).toString();
    expect(await verdicts(withArmor(plain, `${armored}\n`), [ada])).toEqual(["G", "good"]);
  });

  test("a key that is revoked in the registry's copy is refused by both", async () => {
    const key = gpg.make("lost", "ed25519");
    const commit = commitBy(key);
    gpg.revoke(key);
    expect(await verdicts(commit, [key])).toEqual(["R", "SIGNATURE_KEY_REVOKED"]);
  });

  test("a key that has expired since: git calls it Y, modelgate good, because the position decides", async () => {
    const then = ["--faked-system-time", "20200101T000000"];
    const key = gpg.make("old", "ed25519", { expire: "30d", options: then });
    const plain = rawCommit(repo, repo.commit({}, "In time"));
    const commit = withArmor(plain.toString("latin1"), gpg.sign(key, plain, then).toString());
    expect(await verdicts(commit, [key])).toEqual(["Y", "good"]);
  });

  const twice = (armored: string): string => `${armored}${armored}`;
  test.each([
    ["words behind the armor", (armored: string) => `${armored}hidden words\n`, "G"],
    ["words in the armor", (armored: string) => armored.replace("\n\n", "\nComment: hidden words\n\n"), "G"],
    ["two armors", twice, "E"],
  ])("%s: refused", async (_name, change, git) => {
    const plain = rawCommit(repo, repo.commit({}, "Bent")).toString("latin1");
    const armored = gpg.sign(ada, Buffer.from(plain, "latin1")).toString();
    expect(await verdicts(withArmor(plain, change(armored)), [ada])).toEqual([
      git,
      "SIGNATURE_ARMOR_MALFORMED",
    ]);
  });
});
