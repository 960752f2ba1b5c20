import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import { proposeTransition } from "../../../src/usecases/transition/propose.ts";
import { recordRefusal } from "../../../src/usecases/transition/refusals.ts";
import { decide, NOW, request, START } from "../../support/decisions.ts";
import { GIT_ENV, gitRepo } from "../../support/git-repo.ts";

const OPTIONS = { now: NOW, text: "text" };

/** Attack 22: names that are options, commands, other paths, or lines of their own. */
describe("hostile names", () => {
  const NAMES = [
    "-rf",
    "--upload-pack=evil",
    "$(touch mark)",
    "`touch mark`",
    "a\nb",
    "a\0b",
    "../../etc",
    "a;touch mark",
    "::set-output name=x::y",
    "x.lock",
    "a b",
    "\u202Eabc",
    "\u001b[31m",
  ];

  test.each(NAMES)("the model id %j reaches neither a branch nor a path", async (model) => {
    using repo = gitRepo();
    repo.commit(START);
    const git = await openGit(repo.root, GIT_ENV);
    const before = repo.git("for-each-ref");
    const hostile = await decide(git, request({ model }));
    await expect(proposeTransition({ git }, hostile, OPTIONS)).rejects.toMatchObject({
      code: "LEDGER_NAME_INVALID",
    });
    const refused = await decide(git, request({ model }), { outcome: "FAIL" });
    await expect(recordRefusal({ git }, refused, OPTIONS)).rejects.toMatchObject({
      code: "LEDGER_NAME_INVALID",
    });
    expect(repo.git("for-each-ref")).toBe(before);
    expect(existsSync(join(repo.root, "mark"))).toBe(false);
  });

  test.each(NAMES)("the environment %j is not defined and reaches no branch", async (environment) => {
    using repo = gitRepo();
    repo.commit(START);
    const git = await openGit(repo.root, GIT_ENV);
    const hostile = await decide(git, request({ environment }));
    await expect(proposeTransition({ git }, hostile, OPTIONS)).rejects.toMatchObject({
      code: "LEDGER_ENVIRONMENT_UNKNOWN",
    });
    const refused = await decide(git, request({ environment }), { outcome: "FAIL" });
    const { commit } = await recordRefusal({ git }, refused, OPTIONS);
    const lines = repo.git("log", "-1", "--format=%B", commit).trim().split("\n");
    expect(
      lines.filter((line) => !/^(?:Refuse: |Reason: |Modelgate-[A-Z][A-Za-z-]+: |$)/.test(line)),
    ).toEqual([]);
    expect(repo.git("for-each-ref", "--format=%(refname)").split("\n")).toEqual([
      "refs/heads/main",
      "refs/modelgate/refusals",
    ]);
  });

  test.each([
    "-n",
    "--all",
    "HEAD; touch mark",
    "$(touch mark)",
    "HEAD\nHEAD",
    "@{-1}",
    ":/x",
    "HEAD^{/x}",
    "HEAD:deployed.json",
  ])("the revision %j names no commit or is refused, and runs nothing", async (revision) => {
    using repo = gitRepo();
    repo.commit(START);
    const git = await openGit(repo.root, GIT_ENV);
    const found = await git.resolve(revision).catch((error: { code: string }) => error.code);
    expect([undefined, "GIT_BAD_NAME"]).toContain(found);
    expect(existsSync(join(repo.root, "mark"))).toBe(false);
  });

  test("odd but legal file names come through as they are", async () => {
    using repo = gitRepo();
    const files = {
      "m/a b": "1",
      "m/-rf": "2",
      "m/$(x)": "3",
      "m/ü\u202E": "4",
      "m/*": "5",
      "m/:(top)x": "6",
    };
    const head = repo.commit(files);
    const git = await openGit(repo.root, GIT_ENV);
    expect((await git.tree(head, "m")).map(({ path }) => path).toSorted()).toEqual(
      Object.keys(files).toSorted(),
    );
    for (const [path, content] of Object.entries(files))
      expect(Buffer.from((await git.show(head, path))!).toString()).toBe(content);
    writeFileSync(join(repo.root, "m/*"), "changed");
    expect(await git.dirty(["m/*"])).toEqual(["m/*"]);
    expect(await git.dirty(["m/?"])).toEqual([]);
    expect(readFileSync(join(repo.root, "m/*"), "utf8")).toBe("changed");
  });
});
