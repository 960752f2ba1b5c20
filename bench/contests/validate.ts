import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Contest, processSide } from "../side-by-side.ts";

const MODELS = 1_000;
const VERSIONS = 10;
const CHANGED = "models/flight-delay/1.1.0";

/**
 * One changed version in a registry of 1,000 models and 10,000 versions, a whole process. The peer is what Git alone
 * needs to say what differs from the base: no tool that notices an edit in the work tree can need less.
 */
export function validateContest(root: string, scratch: string): Contest {
  const repository = join(scratch, "registry");
  buildRegistry(root, repository);
  return {
    title: "validate one change of 10,000 versions",
    goal: 2,
    pairs: 11,
    ours: processSide(
      {
        name: "modelgate validate",
        command: process.execPath,
        args: [join(root, "bin/modelgate.js"), "-C", repository, "--json", "validate", "--base", "main"],
      },
      (stdout) => checkedVersions(JSON.parse(stdout)),
    ),
    peer: processSide(
      { name: "git diff + git status", command: "sh", args: ["-c", GIT_ALONE], cwd: repository },
      (stdout) => [...new Set(stdout.split("\n").filter(Boolean).map(versionOf))].join(" "),
    ),
  };
}

const GIT_ALONE = "git diff --name-only main HEAD && git status --porcelain --untracked-files=all -- models";

interface Report {
  readonly checked: readonly { readonly id: string; readonly version: string }[];
}

function checkedVersions({ checked }: Report): string {
  return checked.map(({ id, version }) => `models/${id}/${version}`).join(" ");
}

function versionOf(path: string): string {
  return path.split("/").slice(0, 3).join("/");
}

/** A registry of small folders on main, and one real version added on a branch. */
function buildRegistry(root: string, repository: string): void {
  mkdirSync(repository);
  const git = (...words: string[]) => execFileSync("git", ["-C", repository, ...words], { stdio: "pipe" });
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Bench");
  git("config", "user.email", "bench@example.org");
  spawnSync("git", ["-C", repository, "fast-import", "--quiet"], { input: registryStream() });
  git("reset", "--quiet", "--hard", "main");
  cpSync(join(root, "models/flight-delay/training"), join(repository, "models/flight-delay/training"), {
    recursive: true,
  });
  git("add", "models");
  git("commit", "--quiet", "--message", "training code");
  git("checkout", "--quiet", "-b", "change");
  cpSync(join(root, CHANGED), join(repository, CHANGED), { recursive: true });
  writeFileSync(join(repository, ".gitignore"), "");
  git("add", "models");
  git("commit", "--quiet", "--message", "one new version");
}

/** What `git fast-import` makes a registry of 1,000 models and 10,000 versions of, on main. */
export function registryStream(): string {
  const commit =
    "commit refs/heads/main\ncommitter Bench <bench@example.org> 1700000000 +0000\ndata 8\nregistry\n";
  const files = Array.from({ length: MODELS * VERSIONS }, (_, n) => {
    const folder = `models/model-${n % MODELS}/1.${Math.floor(n / MODELS)}.0`;
    return [`${folder}/manifest.json`, `${folder}/model.onnx`].map(
      (path) => `M 100644 inline ${path}\n${data(path)}`,
    );
  });
  return `${commit}${files.flat().join("")}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
