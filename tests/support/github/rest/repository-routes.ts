import { HttpError, notFound } from "../http/errors.ts";
import type { JsonObject } from "../http/json.ts";
import { rulesFor } from "../rules/ruleset.ts";
import { roleAtLeast } from "../state/accounts.ts";
import {
  listReply,
  noContent,
  ok,
  optionalText,
  textIn,
  type Call,
  type Reply,
  type Routes,
} from "./call.ts";
import { commitJson, commitWithFilesJson } from "./json/commits.ts";
import { fileChanges } from "./json/files.ts";
import { pullSimpleJson } from "./json/pulls.ts";
import { fullRepositoryJson, htmlUrl, repositoryUrl } from "./json/repositories.ts";
import { publicUserJson, userJson } from "./json/users.ts";

const AT = "/repos/{owner}/{repo}";
const METADATA = { needs: "metadata:read" } as const;
const CONTENTS = { needs: "contents:read" } as const;

/** `GET contents/{path}` gives the content inline up to this size, in bytes. */
const MAX_INLINE = 1024 * 1024;

export const REPOSITORY_ROUTES: Routes = {
  "GET /user": { global: getUser },
  "GET /rate_limit": { global: rateLimit },
  [`GET ${AT}` as const]: { ...METADATA, handle: ({ world, repo }) => ok(fullRepositoryJson(world, repo)) },
  [`GET ${AT}/installation` as const]: { ...METADATA, handle: installation },
  [`GET ${AT}/branches/{branch}` as const]: { ...CONTENTS, handle: getBranch },
  [`GET ${AT}/branches/{branch}/protection` as const]: {
    needs: "administration:read",
    handle: getProtection,
  },
  [`GET ${AT}/collaborators/{username}/permission` as const]: { ...METADATA, handle: permissionOf },
  [`GET ${AT}/commits/{ref}` as const]: { ...CONTENTS, handle: getCommit },
  [`GET ${AT}/commits/{commit_sha}/pulls` as const]: { needs: "pull_requests:read", handle: pullsOfCommit },
  [`GET ${AT}/compare/{basehead}` as const]: { ...CONTENTS, handle: compare },
  [`GET ${AT}/contents/{path}` as const]: { ...CONTENTS, handle: getContents },
  [`GET ${AT}/actions/permissions` as const]: { needs: "administration:read", handle: actionsPermissions },
  [`GET ${AT}/actions/permissions/workflow` as const]: {
    needs: "administration:read",
    handle: workflowPermissions,
  },
  [`PUT ${AT}/actions/permissions/workflow` as const]: {
    needs: "administration:write",
    handle: setWorkflowPermissions,
  },
};

function getUser({ world, token }: Pick<Call, "world" | "token">): Reply {
  if (token.kind !== "user") throw new HttpError(403, "Resource not accessible by integration");
  return ok(publicUserJson(world, token.account));
}

function rateLimit({ world }: Pick<Call, "world">): Reply {
  const used = world.requests.length;
  const rate = { limit: 5000, used, remaining: 5000 - used, reset: world.seconds() + 3600 };
  return ok({ resources: { core: rate, search: rate, graphql: rate }, rate });
}

function installation({ world, repo, token }: Call): Reply {
  const app = token.app;
  if (app === undefined) throw new HttpError(401, "A JSON web token could not be decoded");
  const url = `${world.url}/app/installations/${app.id}`;
  return ok({
    id: app.id,
    account: userJson(world, repo.facts.owner),
    repository_selection: "selected",
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${world.url}/installation/repositories`,
    html_url: url,
    app_id: app.id,
    app_slug: app.slug,
    target_id: repo.facts.owner.id,
    target_type: repo.facts.owner.type,
    permissions: token.permissions,
    events: [],
    created_at: repo.facts.createdAt,
    updated_at: repo.facts.createdAt,
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  });
}

async function getBranch(call: Call): Promise<Reply> {
  const { world, repo } = call;
  const name = textIn(call, "branch");
  const sha = await repo.bare.commitOf(`refs/heads/${name}`);
  if (sha === undefined) throw new HttpError(404, "Branch not found");
  const self = `${repositoryUrl(world, repo)}/branches/${name}`;
  return ok({
    name,
    commit: await commitJson(world, repo, sha),
    _links: { self, html: `${htmlUrl(world, repo)}/tree/${name}` },
    protected: rulesFor(repo, name).length > 0,
    protection: {
      enabled: false,
      required_status_checks: { enforcement_level: "off", contexts: [], checks: [] },
    },
    protection_url: `${self}/protection`,
  });
}

/** Branches are protected by rulesets here; the older mechanism is never set up. */
function getProtection(): Reply {
  throw new HttpError(404, "Branch not protected");
}

function permissionOf(call: Call): Reply {
  const { world, repo } = call;
  const account = world.accounts.get(textIn(call, "username").toLowerCase());
  if (account === undefined) throw notFound();
  const role = repo.roleOf(account);
  const permission = roleAtLeast(role, "admin")
    ? "admin"
    : roleAtLeast(role, "write")
      ? "write"
      : role === "none"
        ? "none"
        : "read";
  const flags = {
    pull: roleAtLeast(role, "read"),
    triage: roleAtLeast(role, "triage"),
    push: roleAtLeast(role, "write"),
    maintain: roleAtLeast(role, "maintain"),
    admin: roleAtLeast(role, "admin"),
  };
  return ok({
    permission,
    role_name: role,
    user: { ...userJson(world, account), permissions: flags, role_name: role },
  });
}

async function getCommit(call: Call): Promise<Reply> {
  return ok(await commitWithFilesJson(call.world, call.repo, await commitIn(call, textIn(call, "ref"))));
}

async function commitIn({ repo }: Call, revision: string): Promise<string> {
  const sha = await repo.bare.commitOf(revision);
  if (sha === undefined) throw new HttpError(422, `No commit found for SHA: ${revision}`);
  return sha;
}

/** Pull requests whose head has the commit, or that brought it to their base. */
async function pullsOfCommit(call: Call): Promise<Reply> {
  const { world, repo } = call;
  const sha = await commitIn(call, textIn(call, "commit_sha"));
  const found = [];
  for (const pull of repo.pulls.values()) {
    const own =
      pull.mergeCommit === sha || (await repo.bare.commitsBetween(pull.baseSha, pull.headSha)).includes(sha);
    const merged = pull.mergedAt !== null && pull.headSha === sha;
    if (own || merged) found.push(pull);
  }
  return await listReply(call, found, (pull) => pullSimpleJson(world, repo, pull));
}

async function compare(call: Call): Promise<Reply> {
  const { world, repo } = call;
  const [from = "", to = ""] = textIn(call, "basehead").split("...");
  const base = await repo.bare.commitOf(from);
  const head = await repo.bare.commitOf(to);
  const merge = base === undefined || head === undefined ? undefined : await repo.bare.mergeBase(base, head);
  if (base === undefined || head === undefined || merge === undefined) throw notFound();
  const ahead = await repo.bare.commitsBetween(base, head);
  const behind = await repo.bare.commitsBetween(head, base);
  const status =
    ahead.length > 0
      ? behind.length > 0
        ? "diverged"
        : "ahead"
      : behind.length > 0
        ? "behind"
        : "identical";
  const html = `${htmlUrl(world, repo)}/compare/${from}...${to}`;
  return ok({
    url: `${repositoryUrl(world, repo)}/compare/${from}...${to}`,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: await commitJson(world, repo, base),
    merge_base_commit: await commitJson(world, repo, merge),
    status,
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: await Promise.all(ahead.slice(0, 250).map((sha) => commitJson(world, repo, sha))),
    files: (await fileChanges(world, repo, { from: merge, to: head })).slice(0, 300),
  });
}

async function getContents(call: Call): Promise<Reply> {
  const { repo } = call;
  const path = textIn(call, "path").replace(/\/$/, "");
  const revision = call.query.get("ref") ?? repo.defaultBranch;
  const commit = await repo.bare.commitOf(revision);
  if (commit === undefined) throw new HttpError(404, `No commit found for the ref ${revision}`);
  const sha = await repo.bare.resolve(`${commit}:${path}`);
  if (sha === undefined) throw notFound();
  const type = await repo.bare.git("cat-file", "-t", sha);
  return ok(type === "tree" ? await folderJson(call, { path, sha }) : await fileJson(call, { path, sha }));
}

interface Place {
  readonly path: string;
  readonly sha: string;
}

async function fileJson(call: Call, { path, sha }: Place): Promise<JsonObject> {
  const bytes = await call.repo.bare.bytes(["cat-file", "blob", sha]);
  const inline = bytes.length <= MAX_INLINE;
  const content = inline ? bytes.toString("base64").replaceAll(/.{1,60}/g, "$&\n") : "";
  return {
    ...entryJson(call, { path, sha, type: "file", size: bytes.length }),
    content,
    encoding: inline ? "base64" : "none",
  };
}

async function folderJson(call: Call, { path, sha }: Place): Promise<JsonObject[]> {
  const entries = await call.repo.bare.tree(sha);
  return entries.map((entry) => {
    const type =
      entry.type === "tree"
        ? "dir"
        : entry.mode === "120000"
          ? "symlink"
          : entry.type === "commit"
            ? "submodule"
            : "file";
    const own = path === "" ? entry.path : `${path}/${entry.path}`;
    return entryJson(call, { path: own, sha: entry.sha, type, size: entry.size ?? 0 });
  });
}

function entryJson({ world, repo }: Call, about: Place & { type: string; size: number }): JsonObject {
  const { path, sha, type, size } = about;
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  const url = `${repositoryUrl(world, repo)}/contents/${encoded}`;
  const git = `${repositoryUrl(world, repo)}/git/${type === "dir" ? "trees" : "blobs"}/${sha}`;
  const html = `${htmlUrl(world, repo)}/blob/${repo.defaultBranch}/${encoded}`;
  return {
    name: path.slice(path.lastIndexOf("/") + 1),
    path,
    sha,
    size,
    type,
    url,
    html_url: html,
    git_url: git,
    download_url: type === "dir" ? null : `${htmlUrl(world, repo)}/raw/${encoded}`,
    _links: { self: url, git, html },
  };
}

function actionsPermissions({ world, repo }: Call): Reply {
  const selected_actions_url = `${repositoryUrl(world, repo)}/actions/permissions/selected-actions`;
  return ok({ enabled: true, allowed_actions: "all", selected_actions_url, sha_pinning_required: false });
}

function workflowPermissions({ repo }: Call): Reply {
  return ok({
    default_workflow_permissions: repo.settings.defaultWorkflowPermissions,
    can_approve_pull_request_reviews: repo.settings.actionsMayCreatePullRequests,
  });
}

function setWorkflowPermissions({ repo, body }: Call): Reply {
  const access = optionalText(body, "default_workflow_permissions");
  if (access === "read" || access === "write") repo.settings.defaultWorkflowPermissions = access;
  const may = body["can_approve_pull_request_reviews"];
  if (typeof may === "boolean") repo.settings.actionsMayCreatePullRequests = may;
  return noContent();
}
