import { gateError } from "../../errors.ts";
import type { Branch, PathChange } from "../../ports/git.ts";
import { readConfiguration, withoutLocalFilters } from "./configuration.ts";
import { printable } from "./failures.ts";
import { pathParts, safeBranch } from "./names.ts";
import { type GitPlace, runGit, splitZ } from "./run.ts";

/** Whole trees, whatever a .gitmodules of the work tree tells git to ignore: that file is part of the change. */
const TREES = ["-r", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none"];

/** Changed and untracked paths, without running a filter that the repository defines and without looking into submodules. */
export async function dirtyPaths(place: GitPlace, paths: readonly string[]): Promise<string[]> {
  for (const path of paths) pathParts(path);
  const settings = withoutLocalFilters(await readConfiguration(place));
  const args = [
    "status",
    "--porcelain=v1",
    "-z",
    "--no-renames",
    "--untracked-files=all",
    "--ignore-submodules=all",
    "--",
  ];
  const { stdout } = await runGit(place, [...args, ...paths], { settings });
  return splitZ(stdout)
    .map((line) => line.slice(3))
    .toSorted();
}

export async function treeEntries(
  place: GitPlace,
  commit: string,
  folder: string,
): Promise<{ path: string; mode: string; blob: string; size: number }[]> {
  const below = folder === "" ? [] : [`${pathParts(folder).join("/")}/`];
  const { stdout } = await runGit(place, [
    "ls-tree",
    "-r",
    "-z",
    "--long",
    "--full-tree",
    commit,
    "--",
    ...below,
  ]);
  return splitZ(stdout).map(treeEntry);
}

export async function changedPaths(place: GitPlace, base: string, head: string): Promise<string[]> {
  const { stdout } = await runGit(place, ["diff-tree", ...TREES, "--name-only", base, head, "--"]);
  return splitZ(stdout);
}

/** Names of the folders directly below a folder, without reading what is in them. */
export async function folderNames(place: GitPlace, commit: string, folder: string): Promise<string[]> {
  const path = pathParts(folder).join("/");
  const { stdout } = await runGit(place, [
    "ls-tree",
    "-d",
    "-z",
    "--name-only",
    "--full-tree",
    commit,
    "--",
    `${path}/`,
  ]);
  return splitZ(stdout).map((name) => name.slice(path.length + 1));
}

/** What differs between two commits, as raw modes, git-diff-tree(1): nothing is read but trees that differ. */
export async function pathChanges(place: GitPlace, base: string, head: string): Promise<PathChange[]> {
  const { stdout } = await runGit(place, ["diff-tree", ...TREES, "--raw", base, head, "--"]);
  const fields = splitZ(stdout);
  const changes: PathChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2)
    changes.push(pathChange(fields[at] ?? "", fields[at + 1] ?? ""));
  return changes;
}

/** `:<mode> <mode> <id> <id> <letter>`; mode 000000 stands for a path that is not there. */
function pathChange(raw: string, path: string): PathChange {
  const [, before, after] = /^:(\d{6}) (\d{6}) [0-9a-f]+ [0-9a-f]+ [A-Z]$/.exec(raw) ?? [];
  if (before === undefined || after === undefined)
    throw gateError("GIT_FAILED", `git diff-tree gave an unreadable line: ${printable(raw)}`);
  return { path, before: modeOf(before), after: modeOf(after) };
}

function modeOf(mode: string): string | null {
  return mode === "000000" ? null : mode;
}

export async function commonAncestor(
  place: GitPlace,
  one: string,
  other: string,
): Promise<string | undefined> {
  const { exit, stdout } = await runGit(place, ["merge-base", one, other], { answers: [1] });
  return exit === 0 ? stdout.toString("utf8").trim() : undefined;
}

/** First-parent commits that changed a path against their first parent, newest first. */
export async function pathHistory(place: GitPlace, commit: string, path: string): Promise<string[]> {
  const args = ["rev-list", "--first-parent", commit, "--", pathParts(path).join("/")];
  const { stdout } = await runGit(place, args);
  return stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
}

/** The first-parent line up to a commit, oldest first. Neither grafts, replaced commits nor a commit-graph file count. */
export async function firstParentLine(place: GitPlace, commit: string): Promise<string[]> {
  const settings = [["core.commitGraph", "false"]] as const;
  const { stdout } = await runGit(place, ["rev-list", "--first-parent", "--reverse", commit], { settings });
  return stdout
    .toString("latin1")
    .split("\n")
    .filter((line) => line !== "");
}

export async function branchesBelow(place: GitPlace, prefix: string): Promise<Branch[]> {
  const folder = safeBranch(prefix.replace(/\/$/, ""));
  const format = "--format=%(refname:lstrip=2)%00%(objectname)";
  const { stdout } = await runGit(place, ["for-each-ref", format, `refs/heads/${folder}/`]);
  const lines = stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => {
    const [name = "", commit = ""] = line.split("\0");
    return { name, commit };
  });
}

export async function reaches(place: GitPlace, ancestor: string, commit: string): Promise<boolean> {
  const { exit } = await runGit(place, ["merge-base", "--is-ancestor", ancestor, commit], { answers: [1] });
  return exit === 0;
}

/** The committer whom git would write, from configuration and environment; GIT_NO_IDENTITY when it is not set. */
export async function committer(place: GitPlace): Promise<{ name: string; email: string }> {
  const { stdout } = await runGit(place, ["var", "GIT_COMMITTER_IDENT"]);
  const match = /^(.*) <(.*)> \d+ [+-]\d{4}\n?$/s.exec(stdout.toString("utf8"));
  if (!match) throw gateError("GIT_NO_IDENTITY", "Git does not say who commits.");
  return { name: match[1] ?? "", email: match[2] ?? "" };
}

/** `<mode> <type> <id> <size>TAB<path>`, git-ls-tree(1); the size of a submodule is "-". */
function treeEntry(line: string): { path: string; mode: string; blob: string; size: number } {
  const match = /^(\d{6}) \w+ ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line);
  if (!match) throw gateError("GIT_FAILED", `git ls-tree gave an unreadable line: ${printable(line)}`);
  const [, mode = "", blob = "", size = "", path = ""] = match;
  return { path, mode, blob, size: size === "-" ? 0 : Number(size) };
}
