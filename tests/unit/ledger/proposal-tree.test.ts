import * as fc from "fast-check";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import { treeWith } from "../../../src/ledger/proposal-tree.ts";
import { treeReader } from "../../../src/usecases/approve/tree-reader.ts";
import { GIT_ENV, gitRepo } from "../../support/git-repo.ts";

/** Names that git sorts as no alphabet does: a folder as if its name ended in a slash. */
const NAME = fc.constantFrom("a", "a.b", "a-b", "a0", "é", "B", "evidence");
const PATH = fc.array(NAME, { minLength: 1, maxLength: 3 }).map((parts) => [...parts, "file"].join("/"));

describe("the tree that files would make", () => {
  it("is the one that git writes, whatever lies there before", async () => {
    using repo = gitRepo();
    repo.commit({ "deployed.json": "0", "a/b/file": "1", "a.b/file": "2", "run.sh": "x" });
    execFileSync("chmod", ["+x", "run.sh"], { cwd: repo.root });
    execFileSync("ln", ["-s", "run.sh", "link"], { cwd: repo.root });
    repo.commit({}, "modes");
    const git = await openGit(repo.root, GIT_ENV);
    const root = repo.git("rev-parse", "HEAD^{tree}");
    const files = fc.dictionary(PATH, fc.string(), { minKeys: 1, maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(files, async (written) => {
        const asked = new Map(Object.entries(written).map(([path, text]) => [path, Buffer.from(text)]));
        const ours = await treeWith(treeReader(git), root, asked);
        repo.git("read-tree", "HEAD");
        for (const [path, text] of Object.entries(written)) {
          const blob = execFileSync("git", ["hash-object", "-w", "--stdin"], {
            cwd: repo.root,
            env: GIT_ENV,
            input: text,
          });
          repo.git("update-index", "--add", "--cacheinfo", `100644,${blob.toString().trim()},${path}`);
        }
        expect(ours).toBe(repo.git("write-tree"));
      }),
      { numRuns: 15, seed: 1 },
    );
  });

  it("needs every folder on the way", async () => {
    using repo = gitRepo();
    repo.commit({ "deployed.json": "0" });
    const git = await openGit(repo.root, GIT_ENV);
    const gone = treeWith(treeReader(git), "1".repeat(40), new Map([["a", Buffer.from("")]]));
    await expect(gone).rejects.toMatchObject({ code: "GIT_OBJECT_MISSING" });
  });
});
