import picomatch from "picomatch";
import type { PullRequest } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import type { World } from "../state/world.ts";
import { opinions } from "./reviews.ts";
import { parameter, type AppliedRule } from "./ruleset.ts";

/** Where GitHub looks for the file, on the base branch; the first one counts. */
const PLACES = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

interface Owned {
  readonly matches: (path: string) => boolean;
  /** `@login` and `@organisation/team`. */
  readonly owners: readonly string[];
}

/** One line for each group of code owners that has not approved the files that are theirs. */
export async function ownerViolations(
  world: World,
  repo: Repository,
  { pull, rules }: { readonly pull: PullRequest; readonly rules: readonly AppliedRule[] },
): Promise<readonly string[]> {
  const demanded = rules.some(
    (rule) => rule.type === "pull_request" && parameter(rule, "require_code_owner_review", false),
  );
  if (!demanded) return [];
  const owned = await readOwners(repo, pull.baseSha);
  const missing = new Set<string>();
  for (const path of await changedPaths(repo, pull)) {
    const owners = owned.findLast(({ matches }) => matches(path))?.owners ?? [];
    if (owners.length > 0 && !approvedBy(world, repo, { pull, owners })) missing.add(owners.join(" or "));
  }
  return [...missing].map((owners) => `Waiting on code owner review from ${owners}.`);
}

function approvedBy(
  world: World,
  repo: Repository,
  { pull, owners }: { pull: PullRequest; owners: readonly string[] },
): boolean {
  const approvers = opinions(repo, pull).filter(({ state }) => state === "APPROVED");
  return approvers.some(({ user }) =>
    owners.some((owner) => {
      const name = owner.slice(1);
      return name === user.login || world.teams.get(name)?.members.has(user.login) === true;
    }),
  );
}

async function changedPaths(repo: Repository, { baseSha, headSha }: PullRequest): Promise<readonly string[]> {
  const from = (await repo.bare.mergeBase(baseSha, headSha)) ?? baseSha;
  const output = await repo.bare.fixed("diff-tree", "-r", "-z", "--name-only", from, headSha);
  return output.toString("utf8").split("\0").filter(Boolean);
}

async function readOwners(repo: Repository, base: string): Promise<readonly Owned[]> {
  for (const place of PLACES) {
    const text = (await repo.bare.file(base, place))?.toString("utf8");
    if (text !== undefined) return text.split("\n").flatMap(toOwned);
  }
  return [];
}

function toOwned(line: string): readonly Owned[] {
  const [pattern = "", ...owners] = line.replace(/#.*/, "").trim().split(/\s+/);
  return pattern === "" ? [] : [{ matches: picomatch(globsOf(pattern), { dot: true }), owners }];
}

/** As .gitignore: a slash at the start or in the middle anchors, a folder means everything in it. */
function globsOf(pattern: string): string[] {
  const anchored = pattern.replace(/\/$/, "").includes("/");
  const path = pattern.replace(/^\//, "").replace(/\/$/, "");
  const glob = anchored ? path : `**/${path}`;
  return pattern.endsWith("/") ? [`${glob}/**`] : [glob, `${glob}/**`];
}
