import { spawnSync } from "node:child_process";
import { GIT_ENV, type GitRepo, gitRepo } from "./git-repo.ts";
import type { SyntheticHistory } from "./synthetic-history.ts";

/** The history as a real repository: one pack, and main at its head. Nothing is checked out. */
export function unpacked(history: SyntheticHistory): GitRepo {
  const repo = gitRepo();
  moveTo(repo, history);
  return repo;
}

/** Brings a repository to where the history is now. */
export function moveTo(repo: GitRepo, { objects, head }: SyntheticHistory): void {
  const input = Buffer.concat([...objects.pack()]);
  const { status, stderr } = spawnSync("git", ["index-pack", "--stdin", "--fix-thin"], {
    cwd: repo.root,
    env: GIT_ENV,
    input,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  repo.git("update-ref", "refs/heads/main", head);
}
