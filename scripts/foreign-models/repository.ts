import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import width from "fast-string-width";
import { reasons } from "../../src/domain/reasons/catalogue.ts";

const PROJECT = join(import.meta.dirname, "../..");

/** What a verb came to. */
export interface Verb {
  readonly exit: number;
  readonly isUndecided: boolean;
  /** Reason codes in what it printed, sorted. */
  readonly codes: readonly string[];
  /** Objectives for which it says what to do. */
  readonly missed: readonly string[];
}

/** A new Git repository in a temporary folder, in which a user types. */
export interface Repository extends Disposable {
  readonly root: string;
  readonly git: (...words: string[]) => void;
  /** Runs a verb with a terminal of 80 columns. */
  readonly modelgate: (...words: string[]) => Verb;
  readonly write: (path: string, content: string | Uint8Array) => void;
  readonly read: (path: string) => string;
  /** All that was typed and printed. */
  readonly log: () => string;
  readonly widest: () => number;
}

export function newRepository(): Repository {
  const root = mkdtempSync(join(tmpdir(), "modelgate-foreign-"));
  const printed: string[] = [];
  const git = (...words: string[]) =>
    void execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...words], {
      cwd: root,
    });
  git("init", "--quiet", "--initial-branch=main");
  return {
    root,
    git,
    modelgate: (...words) => {
      const { status, stdout, stderr } = run(root, words);
      printed.push(`$ modelgate ${words.join(" ")}\n${stdout}${stderr}[exit ${status}]\n`);
      const missed = missedIn(stdout);
      return {
        exit: status ?? 3,
        isUndecided: /: INCONCLUSIVE/.test(stdout),
        codes: codesIn(`${stdout}${stderr}`),
        missed,
      };
    },
    write: (path, content) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    },
    read: (path) => readFileSync(join(root, path), "utf8"),
    log: () => printed.join("\n"),
    widest: () => Math.max(0, ...printed.flatMap(linesOf).map((line) => width(line))),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

function run(root: string, words: readonly string[]) {
  const env = {
    ...process.env,
    COLUMNS: "80",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.org",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.org",
  };
  return spawnSync(process.execPath, [join(PROJECT, "bin/modelgate.js"), ...words], {
    cwd: root,
    encoding: "utf8",
    env,
  });
}

function linesOf(entry: string): string[] {
  // The first line is what was typed, the last our own.
  return entry.split("\n").slice(1, -2);
}

function codesIn(text: string): string[] {
  const words = text.match(/[A-Z]+(?:_[A-Z0-9]+)+/g) ?? [];
  return [...new Set(words)].filter((word) => Object.hasOwn(reasons, word)).sort();
}

/** What the report says is to be done, objective by objective. */
function missedIn(text: string): string[] {
  const [, advice = ""] = text.split("What to do:");
  return [...advice.matchAll(/^- ([a-z0-9-]+): /gm)].map(([, id]) => id ?? "");
}
