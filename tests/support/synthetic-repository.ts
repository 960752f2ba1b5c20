import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { openSshLine, publicKeyFromKeyObject } from "../../src/trust/public-key.ts";
import type { SyntheticHistory } from "./synthetic-history.ts";

/** A repository whose commits are signed, and the allowed signers file that git reads its key from. */
export interface SignedRepository {
  readonly folder: string;
  readonly signers: string;
  /** Commits of the line, oldest first. */
  readonly commits: readonly string[];
}

/** Writes a history to a repository of its own, whose branch main ends in its head. */
export function repositoryOf(
  folder: string,
  { objects, head, key }: SyntheticHistory,
  commits: readonly string[],
): SignedRepository {
  mkdirSync(folder, { recursive: true });
  execFileSync("git", ["init", "--quiet", "--initial-branch=main", folder]);
  const pack = join(folder, "history.pack");
  const file = openSync(pack, "w");
  for (const bytes of objects.pack()) writeSync(file, bytes);
  closeSync(file);
  const script = 'git -C "$0" index-pack --stdin < "$1" && git -C "$0" update-ref refs/heads/main "$2"';
  const { status, stderr } = spawnSync("sh", ["-c", script, folder, pack, head], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const signers = join(folder, "allowed_signers");
  const line = openSshLine(publicKeyFromKeyObject(key));
  writeFileSync(signers, `ada@example.org namespaces="git" ${line}\n`);
  writeFileSync(join(folder, "key.pem"), key.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
  return { folder, signers, commits };
}
