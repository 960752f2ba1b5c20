import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { GIT_ENV } from "../../git-repo.ts";

export const NO_COMMIT = "0".repeat(40);

/** A git command that ended with an error. */
export class GitFailure extends Error {
  readonly exitCode: number;
  constructor(args: readonly string[], exitCode: number, stderr: string) {
    super(`git ${args.join(" ")} ended with ${exitCode}: ${stderr}`);
    this.exitCode = exitCode;
  }
}

export interface FileChange {
  readonly path: string;
  /** Undefined deletes the file. */
  readonly content: Uint8Array | undefined;
}

export interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size: number | undefined;
  readonly path: string;
}

/** A bare repository, used by git plumbing alone; every change of a ref is compare-and-swap. */
export class BareRepository {
  readonly folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #known = new Map<string, Promise<Buffer>>();

  constructor(folder: string, environment: Readonly<Record<string, string>> = {}) {
    this.folder = folder;
    this.#environment = environment;
  }

  /** The same repository, seeing also the objects of a push that is not accepted yet. */
  withEnvironment(environment: Readonly<Record<string, string>>): BareRepository {
    return new BareRepository(this.folder, environment);
  }

  async bytes(args: readonly string[], input?: string | Uint8Array): Promise<Buffer> {
    const child = spawn("git", args, {
      cwd: this.folder,
      env: { ...GIT_ENV, GIT_DIR: this.folder, ...this.#environment },
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const [out, err, code] = await Promise.all([
      collect(child.stdout),
      collect(child.stderr),
      new Promise<number>((resolve) => child.on("close", (exit) => resolve(exit ?? -1))),
    ]);
    if (code !== 0) throw new GitFailure(args, code, err.toString());
    return out;
  }

  /** Output of a command that names objects by their full ids alone: it never changes, and is asked for once. */
  async fixed(...args: readonly string[]): Promise<Buffer> {
    const key = args.join(" ");
    const known = this.#known.get(key);
    if (known !== undefined) return await known;
    const asked = this.bytes(args);
    this.#known.set(key, asked);
    asked.catch(() => this.#known.delete(key));
    return await asked;
  }

  /** Output of git as text, without the last newline. */
  async git(...args: readonly string[]): Promise<string> {
    return (await this.bytes(args)).toString("utf8").replace(/\n$/, "");
  }

  /** Whether git answers yes; any other failure than "no" is thrown. */
  async holds(...args: readonly string[]): Promise<boolean> {
    return (await this.#answer(() => this.bytes(args))) !== undefined;
  }

  /** The commit (or other object) that a revision names; undefined when there is none. */
  async resolve(revision: string): Promise<string | undefined> {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision];
    return await this.#answer(() => this.bytes(args));
  }

  async commitOf(revision: string): Promise<string | undefined> {
    return await this.resolve(`${revision}^{commit}`);
  }

  async refs(prefix = "refs/"): Promise<ReadonlyMap<string, string>> {
    const text = await this.git("for-each-ref", "--format=%(refname) %(objectname)", prefix);
    const lines = text === "" ? [] : text.split("\n");
    return new Map(lines.map((line) => line.split(" ") as [string, string]));
  }

  /** Moves a ref from `before` to `after`; NO_COMMIT means absent. False when the ref was not at `before`. */
  async swapRef(ref: string, before: string, after: string): Promise<boolean> {
    const args = after === NO_COMMIT ? ["update-ref", "-d", ref, before] : ["update-ref", ref, after, before];
    return await this.holds(...args);
  }

  /** Sets a ref of the server's own (refs/pull, queue refs) without a comparison. */
  async setRef(ref: string, sha: string): Promise<void> {
    await this.git("update-ref", ref, sha);
  }

  async dropRef(ref: string): Promise<void> {
    await this.git("update-ref", "-d", ref);
  }

  async file(revision: string, path: string): Promise<Buffer | undefined> {
    const sha = await this.resolve(`${revision}:${path}`);
    return sha === undefined ? undefined : await this.bytes(["cat-file", "blob", sha]);
  }

  async tree(revision: string, options: readonly string[] = []): Promise<readonly TreeEntry[]> {
    const text = (await this.bytes(["ls-tree", "-z", "--long", ...options, revision])).toString("utf8");
    return text.split("\0").filter(Boolean).map(toTreeEntry);
  }

  async writeBlob(content: Uint8Array): Promise<string> {
    return (await this.bytes(["hash-object", "-w", "--stdin"], content)).toString().trim();
  }

  /** The tree of `base` with files written (mode 100644, or the mode that the file has) and deleted. */
  async writeTree(base: string | undefined, changes: readonly FileChange[]): Promise<string> {
    const index = join(this.folder, `index-${crypto.randomUUID()}`);
    const scratch = this.withEnvironment({ ...this.#environment, GIT_INDEX_FILE: index });
    try {
      if (base !== undefined) await scratch.git("read-tree", base);
      const lines: string[] = [];
      for (const { path, content } of changes) {
        const sha = content === undefined ? NO_COMMIT : await this.writeBlob(content);
        lines.push(`${content === undefined ? "0" : "100644"} ${sha}\t${path}\0`);
      }
      await scratch.bytes(["update-index", "-z", "--index-info"], lines.join(""));
      return await scratch.git("write-tree");
    } finally {
      await rm(index, { force: true });
    }
  }

  async isAncestor(older: string, newer: string): Promise<boolean> {
    return (await this.#answer(() => this.fixed("merge-base", "--is-ancestor", older, newer))) !== undefined;
  }

  async mergeBase(one: string, other: string): Promise<string | undefined> {
    return await this.#answer(() => this.fixed("merge-base", one, other));
  }

  /** The tree of a clean merge; undefined on conflicts. */
  async mergeTree(base: string, head: string): Promise<string | undefined> {
    const answer = await this.#answer(() => this.fixed("merge-tree", "--write-tree", base, head));
    return answer?.split("\n")[0];
  }

  /** Commits in `head` that are not in `base`, oldest first. */
  async commitsBetween(base: string, head: string): Promise<readonly string[]> {
    const output = await this.fixed("rev-list", "--reverse", "--topo-order", `${base}..${head}`);
    const text = output.toString().trim();
    return text === "" ? [] : text.split("\n");
  }

  /** What git printed, without the last newline; undefined when it said no. */
  async #answer(ask: () => Promise<Buffer>): Promise<string | undefined> {
    try {
      return (await ask()).toString("utf8").replace(/\n$/, "");
    } catch (error) {
      if (error instanceof GitFailure) return undefined;
      throw error;
    }
  }
}

function toTreeEntry(line: string): TreeEntry {
  const tab = line.indexOf("\t");
  const [mode = "", type = "", sha = "", size = "-"] = line.slice(0, tab).split(/ +/);
  return { mode, type, sha, size: size === "-" ? undefined : Number(size), path: line.slice(tab + 1) };
}

async function collect(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
