import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { GIT_ENV, type GitRepo } from "./git-repo.ts";

/** The id under which git stores these bytes as a commit. */
export function commitId(raw: Uint8Array | string, algorithm: "sha1" | "sha256" = "sha1"): string {
  const bytes = Buffer.from(raw as string, "latin1");
  return createHash(algorithm).update(`commit ${bytes.length}\0`).update(bytes).digest("hex");
}

/** The bytes of a commit object. */
export function rawCommit(repo: GitRepo, revision = "HEAD"): Buffer {
  return execFileSync("git", ["cat-file", "commit", revision], { cwd: repo.root, env: GIT_ENV });
}

/** Stores bytes as a commit, whatever git thinks of them, and returns the id. */
export function storeCommit(repo: GitRepo, raw: Uint8Array | string): string {
  const input = Buffer.from(raw as string, "latin1");
  const args = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"];
  return execFileSync("git", args, { cwd: repo.root, env: GIT_ENV, input, encoding: "utf8" }).trim();
}
