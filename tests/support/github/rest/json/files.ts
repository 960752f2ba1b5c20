import { NO_COMMIT } from "../../git/bare.ts";
import type { JsonObject } from "../../http/json.ts";
import type { Repository } from "../../state/repository.ts";
import type { World } from "../../state/world.ts";
import { htmlUrl, repositoryUrl } from "./repositories.ts";

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const STATUS: Readonly<Record<string, string>> = {
  A: "added",
  C: "copied",
  D: "removed",
  M: "modified",
  R: "renamed",
  T: "changed",
};

interface Change {
  readonly status: string;
  readonly sha: string;
  readonly path: string;
  readonly previous: string | undefined;
}

/** Files that differ between two trees, as GitHub's diff entries, sorted by path; renames are detected. */
export async function fileChanges(
  world: World,
  repo: Repository,
  { from, to }: { readonly from: string | undefined; readonly to: string },
): Promise<JsonObject[]> {
  const range = [from ?? EMPTY_TREE, to];
  const raw = await repo.bare.fixed("diff-tree", "-r", "-M", "-z", "--raw", "--no-abbrev", ...range);
  const numbers = await repo.bare.fixed("diff-tree", "-r", "-M", "-z", "--numstat", ...range);
  const counts = readCounts(numbers.toString("utf8"));
  return readChanges(raw.toString("utf8")).map((change) =>
    entryJson(world, repo, { change, counts: counts.get(change.path) ?? [0, 0], to }),
  );
}

function readChanges(text: string): Change[] {
  const parts = text.split("\0");
  const changes: Change[] = [];
  let at = 0;
  const next = (): string => parts[at++] ?? "";
  while (at + 1 < parts.length) {
    const about = next().split(" ");
    const first = next();
    const moved = /^[RC]/.test(about[4] ?? "");
    changes.push(toChange(about, { path: moved ? next() : first, previous: moved ? first : undefined }));
  }
  return changes;
}

/** `:mode mode before after status`, as git's raw format has it. */
function toChange(
  [, , before = "", after = "", code = ""]: readonly string[],
  paths: Pick<Change, "path" | "previous">,
): Change {
  const status = STATUS[code.charAt(0)] ?? "changed";
  return { ...paths, status, sha: after === NO_COMMIT ? before : after };
}

function readCounts(text: string): ReadonlyMap<string, readonly [number, number]> {
  const parts = text.split("\0");
  const counts = new Map<string, readonly [number, number]>();
  for (let at = 0; at + 1 < parts.length; at += 1) {
    const [added = "0", removed = "0", name = ""] = (parts[at] ?? "").split("\t");
    const path = name === "" ? (parts[at + 2] ?? "") : name;
    if (name === "") at += 2;
    counts.set(path, [Number(added) || 0, Number(removed) || 0]);
  }
  return counts;
}

function entryJson(
  world: World,
  repo: Repository,
  {
    change,
    counts: [additions, deletions],
    to,
  }: { change: Change; counts: readonly [number, number]; to: string },
): JsonObject {
  const path = change.path.split("/").map(encodeURIComponent).join("/");
  return {
    sha: change.sha,
    filename: change.path,
    status: change.status,
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${htmlUrl(world, repo)}/blob/${to}/${path}`,
    raw_url: `${htmlUrl(world, repo)}/raw/${to}/${path}`,
    contents_url: `${repositoryUrl(world, repo)}/contents/${path}?ref=${to}`,
    ...(change.previous === undefined ? {} : { previous_filename: change.previous }),
  };
}
