import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Contest, processSide } from "../side-by-side.ts";
import { registryStream } from "./validate.ts";

/**
 * The required check of a change that has nothing to do with models, in a registry of 10,000 versions, a whole process.
 * The peer is what Git alone needs to name the changed paths. Most of ours is the start of Node itself.
 */
export function checkContest(root: string, scratch: string): Contest {
  const repository = join(scratch, "unrelated");
  buildRepository(repository);
  const range = ["main~1", "main"] as const;
  return {
    title: "check an unrelated change beside 10,000 versions",
    goal: 3,
    pairs: 11,
    ours: processSide(
      {
        name: "modelgate check",
        command: process.execPath,
        args: [
          join(root, "bin/modelgate.js"),
          "-C",
          repository,
          "--json",
          "check",
          "--base",
          range[0],
          "--head",
          range[1],
        ],
      },
      (stdout) => (JSON.parse(stdout) as { kind: string }).kind,
    ),
    peer: processSide(
      {
        name: "git diff --name-only",
        command: "git",
        args: ["diff", "--name-only", ...range],
        cwd: repository,
      },
      (stdout) => stdout.trim(),
    ),
    same: (ours, peer) => ours === "other" && peer === "README.md",
  };
}

function buildRepository(repository: string): void {
  mkdirSync(repository);
  const git = (...words: string[]) => execFileSync("git", ["-C", repository, ...words], { stdio: "pipe" });
  git("init", "--quiet", "--initial-branch=main");
  const change =
    "commit refs/heads/main\ncommitter Bench <bench@example.org> 1700000001 +0000\ndata 6\nreadme\nM 100644 inline README.md\ndata 2\nx\n";
  spawnSync("git", ["-C", repository, "fast-import", "--quiet"], { input: `${registryStream()}${change}` });
}
