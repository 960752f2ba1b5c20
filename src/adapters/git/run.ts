import { execFile, type ExecFileException } from "node:child_process";
import { existsSync } from "node:fs";
import { gitEnvironment, type Setting } from "./environment.ts";
import { gitFailure, gitNotStarted } from "./failures.ts";

/** Where git runs, and the environment of the host that it must not trust. */
export interface GitPlace {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface GitCall {
  readonly input?: Uint8Array | string;
  readonly settings?: readonly Setting[];
  /** Variables of our own, for example a private index. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Exit codes other than 0 that are an answer and not a failure. */
  readonly answers?: readonly number[];
}

export interface GitAnswer {
  readonly exit: number;
  readonly stdout: Buffer;
}

/** Bytes of output that one git process may give; more is refused, not cut. */
const OUTPUT_LIMIT = 512 * 1024 * 1024;

/** Runs one git process, never through a shell. Refuses with a GIT_* code when it fails. */
export function runGit(place: GitPlace, args: readonly string[], call: GitCall = {}): Promise<GitAnswer> {
  const env = { ...gitEnvironment(place.env, call.settings), ...call.variables };
  return new Promise((resolve, reject) => {
    const options = {
      cwd: place.cwd,
      env,
      encoding: "buffer",
      maxBuffer: OUTPUT_LIMIT,
      windowsHide: true,
    } as const;
    const child = execFile("git", [...args], options, (error, stdout, stderr) => {
      const exit = exitCode(error);
      if (exit !== undefined && (exit === 0 || call.answers?.includes(exit)))
        return resolve({ exit, stdout });
      reject(failureOf(place, args, { error, stderr: stderr.toString("utf8") }));
    });
    // A git that stops early closes its input; its exit code tells the story, not the broken pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.end(call.input ?? "");
  });
}

/** The text of a git process that ends its answer with one LF. */
export async function gitText(place: GitPlace, args: readonly string[], call: GitCall = {}): Promise<string> {
  const { stdout } = await runGit(place, args, call);
  return stdout.toString("utf8").replace(/\n$/, "");
}

/** Splits the answer of a `-z` command. */
export function splitZ(stdout: Buffer): string[] {
  const text = stdout.toString("utf8");
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

function exitCode(error: ExecFileException | null): number | undefined {
  if (error === null) return 0;
  return typeof error.code === "number" ? error.code : undefined;
}

function failureOf(
  place: GitPlace,
  args: readonly string[],
  seen: { error: ExecFileException | null; stderr: string },
): Error {
  const { error, stderr } = seen;
  if (error && typeof error.code === "string") {
    return gitNotStarted(error as NodeJS.ErrnoException, existsSync(place.cwd), place.cwd);
  }
  return gitFailure({ args, exit: exitCode(error) ?? null, signal: error?.signal ?? null, stderr });
}
