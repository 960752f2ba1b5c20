import { NO_COMMIT } from "../git/bare.ts";
import { WEB_FLOW, writeCommit, type Signature } from "../git/commits.ts";
import { HttpError, notFound } from "../http/errors.ts";
import type { JsonObject } from "../http/json.ts";
import { noreplyAddress } from "../state/accounts.ts";
import { moveRef } from "../state/refs.ts";
import type { Repository } from "../state/repository.ts";
import { signsFor } from "../state/signing.ts";
import type { World } from "../state/world.ts";
import {
  created,
  noContent,
  ok,
  optionalText,
  textIn,
  type Call,
  type Reply,
  type Routes,
  textOf,
} from "./call.ts";
import { gitCommitJson } from "./json/commits.ts";
import { repositoryUrl } from "./json/repositories.ts";

export const GIT_ROUTES: Routes = {
  "GET /repos/{owner}/{repo}/git/ref/{ref}": { needs: "contents:read", handle: getRef },
  "GET /repos/{owner}/{repo}/git/matching-refs/{ref}": { needs: "contents:read", handle: matchingRefs },
  "POST /repos/{owner}/{repo}/git/refs": { needs: "contents:write", handle: createRef },
  "PATCH /repos/{owner}/{repo}/git/refs/{ref}": { needs: "contents:write", handle: updateRef },
  "DELETE /repos/{owner}/{repo}/git/refs/{ref}": { needs: "contents:write", handle: deleteRef },
  "POST /repos/{owner}/{repo}/git/blobs": { needs: "contents:write", handle: createBlob },
  "POST /repos/{owner}/{repo}/git/trees": { needs: "contents:write", handle: createTree },
  "GET /repos/{owner}/{repo}/git/trees/{tree_sha}": { needs: "contents:read", handle: getTree },
  "POST /repos/{owner}/{repo}/git/commits": { needs: "contents:write", handle: createCommit },
  "GET /repos/{owner}/{repo}/git/commits/{commit_sha}": { needs: "contents:read", handle: getCommit },
};

async function refJson(world: World, repo: Repository, ref: string, sha: string): Promise<JsonObject> {
  const type = await repo.bare.git("cat-file", "-t", sha);
  const url = repositoryUrl(world, repo);
  const object = { sha, type, url: `${url}/git/${type}s/${sha}` };
  return { ref, node_id: `REF_${ref}`, url: `${url}/git/${ref}`, object };
}

async function getRef(call: Call): Promise<Reply> {
  const ref = `refs/${textIn(call, "ref")}`;
  const sha = (await call.repo.bare.refs(ref)).get(ref);
  if (sha === undefined) throw notFound();
  return ok(await refJson(call.world, call.repo, ref, sha));
}

async function matchingRefs(call: Call): Promise<Reply> {
  const prefix = `refs/${textIn(call, "ref")}`;
  const found = [...(await call.repo.bare.refs())].filter(([ref]) => ref.startsWith(prefix));
  return ok(await Promise.all(found.map(([ref, sha]) => refJson(call.world, call.repo, ref, sha))));
}

async function createRef(call: Call): Promise<Reply> {
  const { world, repo, actor, body } = call;
  const ref = textOf(body, "ref");
  const sha = await knownCommit(repo, textOf(body, "sha"));
  if (!/^refs\/[^/]+\/.+/.test(ref) || !(await repo.bare.holds("check-ref-format", ref))) {
    throw new HttpError(422, "Reference name must start with 'refs/' and have at least one more slash.");
  }
  if ((await repo.bare.refs(ref)).has(ref)) throw new HttpError(422, "Reference already exists");
  await moveRef(world, repo, { ref, before: NO_COMMIT, after: sha, actor });
  return created(await refJson(world, repo, ref, sha));
}

async function updateRef(call: Call): Promise<Reply> {
  const { world, repo, actor, body } = call;
  const ref = `refs/${textIn(call, "ref")}`;
  const before = (await repo.bare.refs(ref)).get(ref);
  if (before === undefined) throw new HttpError(422, "Reference does not exist");
  const after = await knownCommit(repo, textOf(body, "sha"));
  if (body["force"] !== true && !(await repo.bare.isAncestor(before, after))) {
    throw new HttpError(422, "Update is not a fast forward");
  }
  await moveRef(world, repo, { ref, before, after, actor });
  return ok(await refJson(world, repo, ref, after));
}

async function deleteRef(call: Call): Promise<Reply> {
  const { world, repo, actor } = call;
  const ref = `refs/${textIn(call, "ref")}`;
  const before = (await repo.bare.refs(ref)).get(ref);
  if (before === undefined) throw new HttpError(422, "Reference does not exist");
  await moveRef(world, repo, { ref, before, after: NO_COMMIT, actor });
  return noContent();
}

async function knownCommit(repo: Repository, sha: string): Promise<string> {
  const known = /^[0-9a-f]{40}$/.test(sha) ? await repo.bare.commitOf(sha) : undefined;
  if (known === undefined) throw new HttpError(422, "Object does not exist");
  return known;
}

async function createBlob({ world, repo, body }: Call): Promise<Reply> {
  const encoding = optionalText(body, "encoding") === "base64" ? "base64" : "utf8";
  const sha = await repo.bare.writeBlob(Buffer.from(textOf(body, "content"), encoding));
  return created({ sha, url: `${repositoryUrl(world, repo)}/git/blobs/${sha}` });
}

async function createTree({ world, repo, body }: Call): Promise<Reply> {
  const base = optionalText(body, "base_tree");
  const entries = body["tree"] as readonly JsonObject[];
  const changes = await Promise.all(
    entries.map(async (entry) => ({ path: textOf(entry, "path"), content: await contentOf(repo, entry) })),
  );
  const sha = await repo.bare.writeTree(base, changes);
  return created(await treeJson(world, repo, sha, []));
}

async function contentOf(repo: Repository, entry: JsonObject): Promise<Uint8Array | undefined> {
  const content = optionalText(entry, "content");
  if (content !== undefined) return Buffer.from(content);
  if (typeof entry["sha"] !== "string") return undefined;
  return await repo.bare.bytes(["cat-file", "blob", entry["sha"]]);
}

async function getTree(call: Call): Promise<Reply> {
  const tree = await call.repo.bare.resolve(`${textIn(call, "tree_sha")}^{tree}`);
  if (tree === undefined) throw notFound();
  const deep = call.query.has("recursive") ? ["-r", "-t"] : [];
  return ok(await treeJson(call.world, call.repo, tree, deep));
}

async function treeJson(
  world: World,
  repo: Repository,
  sha: string,
  options: readonly string[],
): Promise<JsonObject> {
  const url = repositoryUrl(world, repo);
  const tree = (await repo.bare.tree(sha, options)).map((entry) => ({
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.sha,
    ...(entry.size === undefined ? {} : { size: entry.size }),
    url: `${url}/git/${entry.type}s/${entry.sha}`,
  }));
  return { sha, url: `${url}/git/trees/${sha}`, tree, truncated: false };
}

/** Signed only for a bot that leaves author, committer and signature to GitHub. */
async function createCommit(call: Call): Promise<Reply> {
  const { world, repo, actor, body } = call;
  const own = { name: actor.account.login, email: noreplyAddress(actor.account), seconds: world.seconds() };
  const author = personOf(body["author"] as JsonObject | undefined, own);
  const custom = ["author", "committer", "signature"].some((name) => body[name] !== undefined);
  const signed = !custom && signsFor(world, actor);
  const committer = signed
    ? { ...WEB_FLOW, seconds: own.seconds }
    : personOf(body["committer"] as JsonObject | undefined, author);
  const parents = (body["parents"] ?? []) as readonly string[];
  for (const parent of parents) await knownCommit(repo, parent);
  const content = {
    tree: textOf(body, "tree"),
    parents,
    author,
    committer,
    message: textOf(body, "message"),
  };
  const sha = await writeCommit(repo.bare, content, signed ? world.signer : undefined);
  return created(await gitCommitJson(world, repo, sha));
}

function personOf(body: JsonObject | undefined, otherwise: Signature): Signature {
  if (body === undefined) return otherwise;
  const date = optionalText(body, "date");
  const seconds = date === undefined ? otherwise.seconds : Math.floor(Date.parse(date) / 1000);
  return { name: textOf(body, "name"), email: textOf(body, "email"), seconds };
}

async function getCommit(call: Call): Promise<Reply> {
  const sha = await call.repo.bare.commitOf(textIn(call, "commit_sha"));
  if (sha === undefined) throw notFound();
  return ok(await gitCommitJson(call.world, call.repo, sha));
}
