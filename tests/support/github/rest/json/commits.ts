import {
  readCommit,
  toIso,
  verificationOf,
  type Commit,
  type Signature,
  type Verification,
} from "../../git/commits.ts";
import type { Json, JsonObject } from "../../http/json.ts";
import type { Account } from "../../state/accounts.ts";
import { trustedKeys } from "../../state/signing.ts";
import type { Repository } from "../../state/repository.ts";
import type { World } from "../../state/world.ts";
import { fileChanges } from "./files.ts";
import { htmlUrl, repositoryUrl } from "./repositories.ts";
import { userJson } from "./users.ts";

function personJson({ name, email, seconds }: Signature): { name: string; email: string; date: string } {
  return { name, email, date: toIso(seconds) };
}

/** The account behind an address that GitHub made; other addresses belong to nobody here. */
export function accountOfAddress(world: World, email: string): Account | undefined {
  if (email === "noreply@github.com") return world.account("web-flow");
  const login = /^\d+\+(.+)@users\.noreply\.github\.com$/.exec(email)?.[1];
  return login === undefined ? undefined : world.accounts.get(login.toLowerCase());
}

function accountJson(world: World, { email }: Signature): Json {
  const account = accountOfAddress(world, email);
  return account === undefined ? null : userJson(world, account);
}

function verificationJson(verification: Verification): JsonObject {
  return { ...verification };
}

/** `GET /repos/{owner}/{repo}/git/commits/{sha}`. */
export async function gitCommitJson(world: World, repo: Repository, sha: string): Promise<JsonObject> {
  const commit = await readCommit(repo.bare, sha);
  const url = repositoryUrl(world, repo);
  return {
    sha,
    node_id: `C_${sha}`,
    url: `${url}/git/commits/${sha}`,
    html_url: `${htmlUrl(world, repo)}/commit/${sha}`,
    author: personJson(commit.author),
    committer: personJson(commit.committer),
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    message: commit.message.replace(/\n$/, ""),
    parents: parentsJson(world, repo, commit),
    verification: verificationJson(verificationOf(commit, trustedKeys(world, repo))),
  };
}

/** `GET /repos/{owner}/{repo}/commits/{sha}`, without files. */
export async function commitJson(world: World, repo: Repository, sha: string): Promise<JsonObject> {
  const commit = await readCommit(repo.bare, sha);
  const url = repositoryUrl(world, repo);
  return {
    sha,
    node_id: `C_${sha}`,
    commit: {
      author: personJson(commit.author),
      committer: personJson(commit.committer),
      message: commit.message.replace(/\n$/, ""),
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      url: `${url}/git/commits/${sha}`,
      comment_count: 0,
      verification: verificationJson(verificationOf(commit, trustedKeys(world, repo))),
    },
    url: `${url}/commits/${sha}`,
    html_url: `${htmlUrl(world, repo)}/commit/${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    author: accountJson(world, commit.author),
    committer: accountJson(world, commit.committer),
    parents: parentsJson(world, repo, commit),
  };
}

/** The same with the files that it changed against its first parent. */
export async function commitWithFilesJson(world: World, repo: Repository, sha: string): Promise<JsonObject> {
  const { parents } = await readCommit(repo.bare, sha);
  const files = await fileChanges(world, repo, { from: parents[0], to: sha });
  const additions = files.reduce((sum, file) => sum + Number(file["additions"]), 0);
  const deletions = files.reduce((sum, file) => sum + Number(file["deletions"]), 0);
  const stats = { total: additions + deletions, additions, deletions };
  return { ...(await commitJson(world, repo, sha)), stats, files };
}

function parentsJson(world: World, repo: Repository, { parents }: Commit): JsonObject[] {
  return parents.map((sha) => ({
    sha,
    url: `${repositoryUrl(world, repo)}/commits/${sha}`,
    html_url: `${htmlUrl(world, repo)}/commit/${sha}`,
  }));
}
