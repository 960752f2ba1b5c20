import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A clean environment for git in tests: no configuration of the machine, a fixed identity. */
export const GIT_ENV: NodeJS.ProcessEnv = {
  PATH: process.env["PATH"],
  COLUMNS: process.env["COLUMNS"],
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
};

/** A real repository in a temporary folder; `using repo = gitRepo()` deletes it. */
export interface GitRepo extends Disposable {
  readonly root: string;
  /** Runs git and returns its output without the last newline. */
  git(...args: string[]): string;
  write(path: string, content: string | Uint8Array): void;
  /** Writes files, commits everything and returns the commit. */
  commit(files: Readonly<Record<string, string | Uint8Array>>, message?: string): string;
}

export function gitRepo(at: string = temporaryFolder()): GitRepo {
  const git = (...args: string[]): string =>
    execFileSync("git", args, {
      cwd: at,
      env: GIT_ENV,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).replace(/\n$/, "");
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), content);
  };
  git("init", "-q", "-b", "main");
  return {
    root: at,
    git,
    write,
    commit(files, message = "change") {
      for (const [path, content] of Object.entries(files)) write(path, content);
      git("add", "-A");
      git("commit", "-q", "--allow-empty", "-m", message);
      return git("rev-parse", "HEAD");
    },
    [Symbol.dispose]() {
      rmSync(at, { recursive: true, force: true });
    },
  };
}

export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "modelgate-test-")));
}
