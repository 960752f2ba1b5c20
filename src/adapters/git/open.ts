import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { GateError, gateError } from "../../errors.ts";
import type {
  CommitFacts,
  Git,
  GitRemote,
  KeptOtherwise,
  PathChange,
  RecordRequest,
} from "../../ports/git.ts";
import type { Disguise, GitObjects, ObjectDigest, RawObject } from "../../ports/git-objects.ts";
import { parseCommit } from "./commit-object.ts";
import { disguisesOf } from "./disguises.ts";
import { printable } from "./failures.ts";
import { fetchCommit, type Wanted } from "./fetch.ts";
import { pathParts, safeRevision } from "./names.ts";
import { ObjectReader } from "./objects.ts";
import {
  branchesBelow,
  changedPaths,
  committer,
  commonAncestor,
  dirtyPaths,
  firstParentLine,
  folderNames,
  pathChanges,
  pathHistory,
  reaches,
  treeEntries,
} from "./read.ts";
import { type GitPlace, gitText } from "./run.ts";
import type { SignBytes } from "./sign-commit.ts";
import { needed, TreeWalker } from "./trees.ts";
import { filesKeptOtherwise } from "./work-tree.ts";
import { appendRecord, writeCommit } from "./write.ts";

/**
 * Opens the repository around a folder with one git process; a second one, started at the same time, answers all reads
 * of objects. Commits are signed by `sign`; without one as git is set up. GIT_MISSING, GIT_NOT_A_REPOSITORY, GIT_BARE, GIT_UNSAFE_OWNERSHIP.
 */
export async function openGit(
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
  sign: SignBytes | null = null,
): Promise<Git & GitObjects> {
  const objects = new ObjectReader({ cwd, env });
  objects.start();
  try {
    return new LocalGit({ ...(await locate({ cwd, env })), objects, sign });
  } catch (error) {
    objects.stop();
    throw error;
  }
}

interface Located {
  readonly place: GitPlace;
  readonly gitDir: string;
  readonly shallow: boolean;
}

async function locate({ cwd, env }: GitPlace): Promise<Located> {
  const asked = ["--is-shallow-repository", "--absolute-git-dir", "--show-toplevel"];
  const answer = (await gitText({ cwd, env }, ["rev-parse", ...asked])).split("\n");
  const [shallow, gitDir = "", root = ""] = answer;
  if (answer.length !== 3 || !isAbsolute(gitDir) || !isAbsolute(root)) {
    throw gateError(
      "GIT_FAILED",
      `The folder ${printable(cwd)} has a path that git cannot print on one line.`,
    );
  }
  return { place: { cwd: root, env }, gitDir, shallow: shallow !== "false" };
}

class LocalGit implements Git, GitObjects {
  readonly root: string;
  readonly gitDir: string;
  readonly #place: GitPlace;
  readonly #shallow: boolean;
  readonly #objects: ObjectReader;
  readonly #trees: TreeWalker;
  readonly #sign: SignBytes | null;
  /** Ids that were found to be commits: an id always means the same. */
  readonly #commits = new Set<string>();

  constructor(of: Located & { objects: ObjectReader; sign: SignBytes | null }) {
    this.root = of.place.cwd;
    this.#place = of.place;
    this.gitDir = of.gitDir;
    this.#shallow = of.shallow;
    this.#objects = of.objects;
    this.#sign = of.sign;
    this.#trees = new TreeWalker(this.#objects);
  }

  async head(): Promise<{ commit: string; branch: string | null }> {
    const text = await readFile(join(this.gitDir, "HEAD"), "utf8");
    const branch = /^ref: refs\/heads\/(.+)\n?$/.exec(text)?.[1] ?? null;
    const commit = await this.resolve("HEAD");
    if (commit === undefined)
      throw gateError("GIT_NO_COMMITS", `The repository ${printable(this.root)} has no commit yet.`);
    return { commit, branch: branch === ".invalid" ? await this.#symbolicHead() : branch };
  }

  /** Repositories with the reftable format keep a stub in the HEAD file. */
  async #symbolicHead(): Promise<string | null> {
    const name = await gitText(this.#place, ["symbolic-ref", "--quiet", "--short", "HEAD"], { answers: [1] });
    return name === "" ? null : name;
  }

  async resolve(revision: string): Promise<string | undefined> {
    // A commit of any size has a name.
    const object = await this.#objects.digest(`${safeRevision(revision)}^{commit}`);
    return object?.id;
  }

  isShallow(): Promise<boolean> {
    return Promise.resolve(this.#shallow);
  }

  dirty(paths: readonly string[]): Promise<readonly string[]> {
    return dirtyPaths(this.#place, paths);
  }

  keptOtherwise(paths: readonly string[], folders: readonly string[]): Promise<readonly KeptOtherwise[]> {
    return filesKeptOtherwise(this.#place, paths, folders);
  }

  async show(commit: string, path: string): Promise<Uint8Array | undefined> {
    const entry = await this.#trees.find(await this.#known(commit), path);
    if (!entry) return undefined;
    if (entry.mode !== "100644" && entry.mode !== "100755") {
      throw gateError("GIT_NOT_A_FILE", `${path} is ${kindOf(entry.mode)} in commit ${commit}.`, {
        where: { file: path },
      });
    }
    return (await needed(this.#objects, entry.id, "blob")).bytes;
  }

  async tree(
    commit: string,
    folder: string,
  ): Promise<readonly { path: string; mode: string; blob: string; size: number }[]> {
    return treeEntries(this.#place, await this.#known(commit), folder);
  }

  async paths(commit: string, folder: string): Promise<readonly string[]> {
    return this.#trees.paths(await this.#known(commit), folder);
  }

  async changed(base: string, head: string): Promise<readonly string[]> {
    return changedPaths(this.#place, await this.#known(base), await this.#known(head));
  }

  async folders(commit: string, folder: string): Promise<readonly string[]> {
    return folderNames(this.#place, await this.#known(commit), folder);
  }

  async diff(base: string, head: string): Promise<readonly PathChange[]> {
    return pathChanges(this.#place, await this.#known(base), await this.#known(head));
  }

  async mergeBase(one: string, other: string): Promise<string | undefined> {
    return commonAncestor(this.#place, await this.#known(one), await this.#known(other));
  }

  async history(revision: string, path: string): Promise<readonly string[]> {
    if (this.#shallow)
      throw gateError(
        "GIT_SHALLOW",
        `The clone at ${printable(this.root)} holds a part of the history only.`,
      );
    return pathHistory(this.#place, await this.#known(revision), path);
  }

  async facts(commit: string): Promise<CommitFacts> {
    return parseCommit(await needed(this.#objects, await this.#known(commit), "commit"));
  }

  branches(prefix: string): Promise<readonly { name: string; commit: string }[]> {
    return branchesBelow(this.#place, prefix);
  }

  async isAncestor(ancestor: string, commit: string): Promise<boolean> {
    return reaches(this.#place, await this.#known(ancestor), await this.#known(commit));
  }

  async commit(request: Parameters<Git["commit"]>[0]): Promise<{ commit: string; signed: boolean }> {
    return writeCommit(
      { ...this.#place, sign: this.#sign },
      { ...request, parent: await this.#known(request.parent) },
    );
  }

  async append(request: RecordRequest): Promise<{ commit: string; signed: boolean }> {
    const after = request.after === null ? null : await this.#known(request.after);
    return appendRecord({ ...this.#place, sign: this.#sign }, { ...request, after });
  }

  fetch(from: GitRemote, wanted: Wanted): Promise<void> {
    return fetchCommit(this.#place, from, wanted);
  }

  async line(head: string): Promise<readonly string[]> {
    return firstParentLine(this.#place, await this.#known(head));
  }

  /** By full id alone, so that no ref of that name answers. */
  async object(id: string): Promise<RawObject | undefined> {
    if (!FULL_ID.test(id)) throw notAnId(id);
    const object = await this.#objects.read(id);
    return object?.id === id ? object : undefined;
  }

  async digest(id: string): Promise<ObjectDigest | undefined> {
    if (!FULL_ID.test(id)) throw notAnId(id);
    const object = await this.#objects.digest(id);
    return object?.id === id ? object : undefined;
  }

  disguises(): Promise<readonly Disguise[]> {
    return disguisesOf(this.#place);
  }

  identity(): Promise<{ name: string; email: string }> {
    return committer(this.#place);
  }

  async keep(name: string, text: string): Promise<string> {
    const path = join(this.gitDir, "modelgate", ...pathParts(name));
    try {
      await mkdir(dirname(path), { recursive: true });
      const part = `${path}.${randomBytes(6).toString("hex")}.part`;
      await writeFile(part, text);
      await rename(part, path);
    } catch (cause) {
      throw diskFailure(cause as NodeJS.ErrnoException, path);
    }
    return path;
  }

  /** The full id of a commit that must exist. */
  async #known(revision: string): Promise<string> {
    if (this.#commits.has(revision)) return revision;
    const commit = await this.resolve(revision);
    if (commit === undefined)
      throw gateError("GIT_UNKNOWN_REVISION", `There is no commit "${printable(revision)}".`);
    this.#commits.add(commit);
    return commit;
  }
}

const FULL_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

function notAnId(id: string): GateError {
  return gateError("GIT_BAD_NAME", `"${printable(id)}" is no object id.`);
}

function kindOf(mode: string): string {
  if (mode === "120000") return "a symlink";
  if (mode === "160000") return "a submodule";
  return mode === "40000" ? "a folder" : `of the unknown mode ${mode}`;
}

function diskFailure(cause: NodeJS.ErrnoException, path: string): GateError {
  const full = cause.code === "ENOSPC" || cause.code === "EDQUOT";
  return gateError(
    full ? "GIT_NO_SPACE" : "GIT_READ_ONLY",
    `${printable(path)} cannot be written: ${cause.code ?? ""}`,
    { cause },
  );
}
