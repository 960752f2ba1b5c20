import type { JsonObject } from "../../http/json.ts";
import type { Repository } from "../../state/repository.ts";
import type { World } from "../../state/world.ts";
import { userJson } from "./users.ts";

/** `<name>_url` of a repository: where it leads below the repository's own address. */
const LINKS: Readonly<Record<string, string>> = {
  archive: "{archive_format}{/ref}",
  assignees: "assignees{/user}",
  blobs: "git/blobs{/sha}",
  branches: "branches{/branch}",
  collaborators: "collaborators{/collaborator}",
  comments: "comments{/number}",
  commits: "commits{/sha}",
  compare: "compare/{base}...{head}",
  contents: "contents/{+path}",
  contributors: "contributors",
  deployments: "deployments",
  downloads: "downloads",
  events: "events",
  forks: "forks",
  git_commits: "git/commits{/sha}",
  git_refs: "git/refs{/sha}",
  git_tags: "git/tags{/sha}",
  hooks: "hooks",
  issue_comment: "issues/comments{/number}",
  issue_events: "issues/events{/number}",
  issues: "issues{/number}",
  keys: "keys{/key_id}",
  labels: "labels{/name}",
  languages: "languages",
  merges: "merges",
  milestones: "milestones{/number}",
  notifications: "notifications{?since,all,participating}",
  pulls: "pulls{/number}",
  releases: "releases{/id}",
  stargazers: "stargazers",
  statuses: "statuses/{sha}",
  subscribers: "subscribers",
  subscription: "subscription",
  tags: "tags",
  teams: "teams",
  trees: "git/trees{/sha}",
};

export function repositoryUrl(world: World, repo: Repository): string {
  return `${world.url}/repos/${repo.fullName}`;
}

export function htmlUrl(world: World, repo: Repository): string {
  return `${world.url}/${repo.fullName}`;
}

/** What pull requests, statuses and webhooks embed. */
export function repositoryJson(world: World, repo: Repository): JsonObject {
  const url = repositoryUrl(world, repo);
  const html = htmlUrl(world, repo);
  const links = Object.entries(LINKS).map(([name, rest]) => [`${name}_url`, `${url}/${rest}`]);
  return {
    id: repo.facts.id,
    node_id: `R_${repo.facts.id}`,
    name: repo.facts.name,
    full_name: repo.fullName,
    private: repo.facts.private,
    owner: userJson(world, repo.facts.owner),
    html_url: html,
    description: null,
    fork: repo.facts.parent !== undefined,
    url,
    ...Object.fromEntries(links),
    git_url: `git://${new URL(world.url).host}/${repo.fullName}.git`,
    ssh_url: `git@127.0.0.1:${repo.fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    forks_count: 0,
    forks: 0,
    open_issues_count: repo.openPulls().length,
    open_issues: repo.openPulls().length,
    default_branch: repo.defaultBranch,
    is_template: false,
    topics: [],
    visibility: repo.facts.private ? "private" : "public",
    archived: false,
    disabled: false,
    web_commit_signoff_required: false,
    has_issues: true,
    has_projects: false,
    has_downloads: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    allow_forking: true,
    pushed_at: repo.facts.createdAt,
    created_at: repo.facts.createdAt,
    updated_at: repo.facts.createdAt,
  };
}

/** `GET /repos/{owner}/{repo}`: with the switches that an administrator sees. */
export function fullRepositoryJson(world: World, repo: Repository): JsonObject {
  return {
    ...repositoryJson(world, repo),
    network_count: 0,
    subscribers_count: 0,
    allow_merge_commit: repo.settings.allowMergeCommit,
    allow_squash_merge: repo.settings.allowSquashMerge,
    allow_rebase_merge: repo.settings.allowRebaseMerge,
    allow_auto_merge: repo.settings.allowAutoMerge,
    delete_branch_on_merge: repo.settings.deleteBranchOnMerge,
  };
}
