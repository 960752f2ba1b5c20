import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { createFiles } from "../adapters/fs/files.ts";
import { commitFiles } from "../adapters/git/commit-files.ts";
import { openGit } from "../adapters/git/open.ts";
import { thisMachine } from "../adapters/machine/machine.ts";
import type { Engine } from "../ports/engine.ts";
import type { Files } from "../ports/files.ts";
import type { Git } from "../ports/git.ts";
import type { GitObjects } from "../ports/git-objects.ts";
import type { Machine, Progress } from "../ports/machine.ts";
import type { KeylessVerifier, OpenKeyless, Signer } from "../ports/signing.ts";

/** Assets of releases: ONNX Runtime is one of them (docs/adr/0005). MODELGATE_ORT_URL names a mirror. */
const RELEASES = "https://github.com/modelgate/modelgate/releases/download";

/** What a host knows about its run before any port is opened. */
export interface Surroundings {
  /** A folder inside of the repository. */
  readonly repo: string;
  /** Where ONNX Runtime's native library is, when somebody said so. */
  readonly ortDir: string | undefined;
  /** Kills children and stops work. */
  readonly signal: AbortSignal;
  /** Signs commits, instead of what git is set up to sign with. */
  readonly signer?: Signer;
  /** The answer is one JSON document, so progress is silent. */
  readonly json: boolean;
  readonly color: boolean;
}

/** Every port of the product, on this machine. */
export interface Ports {
  readonly files: Files;
  readonly git: Git & GitObjects;
  /** The files of a commit, instead of those of the work tree. */
  readonly filesAt: (commit: string) => Files;
  readonly engine: Engine;
  readonly machine: Machine;
  readonly progress: Progress;
  readonly openKeyless: OpenKeyless;
}

/**
 * The composition root: the only place that knows which adapter satisfies which port. Engine and progress bar are
 * loaded when they are first used, so that judging stored evidence costs no more than reading it.
 * Errors: GIT_NOT_A_REPOSITORY and the other codes of opening a repository.
 */
export async function openPorts(around: Surroundings): Promise<Ports> {
  const git = await openGit(around.repo, process.env, signsWith(around.signer));
  const files = createFiles(git.root, join(git.gitDir, "modelgate"));
  return {
    git,
    files,
    filesAt: (commit) => commitFiles(git, commit, files),
    engine: lazyEngine(() => openEngine(around, git.root)),
    machine: thisMachine(),
    openKeyless,
    progress: around.json ? SILENT : lazyProgress(() => openProgress(around)),
  };
}

/** As `ssh-keygen -Y sign` makes it for git. */
function signsWith(signer: Signer | undefined): ((payload: Uint8Array) => Promise<string>) | null {
  if (!signer) return null;
  return async (payload) => {
    const { armor, NAMESPACES } = await import("../trust/ssh/sshsig.ts");
    return armor(await signer.sign(payload, NAMESPACES.commit));
  };
}

async function openKeyless(...[root]: Parameters<OpenKeyless>): Promise<KeylessVerifier> {
  const { openKeylessVerifier } = await import("../adapters/sigstore/verify-keyless.ts");
  return openKeylessVerifier(root ?? { staging: false });
}

const SILENT: Progress = { step: () => undefined, end: () => undefined };

/** Loads the engine's code for a command that will need it, while something else is waited for. */
export async function loadEngine(): Promise<void> {
  await import("../adapters/onnx/engine.ts");
}

async function openEngine(around: Surroundings, repository: string): Promise<Engine> {
  const { engineSources, onnxEngine } = await import("../adapters/onnx/engine.ts");
  const sources = engineSources(process.env, { directory: around.ortDir, repository });
  const assetsUrl = process.env["MODELGATE_ORT_URL"] || `${RELEASES}/v${packageJson.version}`;
  return onnxEngine({ ...sources, assetsUrl, optimizationLevel: "basic", signal: around.signal });
}

async function openProgress(around: Surroundings): Promise<Progress> {
  const { openProgress: open } = await import("./progress.ts");
  return open({ json: around.json, color: around.color });
}

/** An engine that is loaded when it is first asked; a started process starts as soon as it is. */
export function lazyEngine(open: () => Promise<Engine>): Engine {
  const load = once(open);
  return {
    fingerprint: async () => (await load()).fingerprint(),
    start(limits) {
      const running = load().then((engine) => engine.start(limits));
      running.catch(() => undefined);
      return {
        replay: async (request, onCase) => (await running).replay(request, onCase),
        coldStart: async (request) => (await running).coldStart(request),
        timePairs: async (request) => (await running).timePairs(request),
        [Symbol.asyncDispose]: async () => (await running.catch(() => undefined))?.[Symbol.asyncDispose](),
      };
    },
  };
}

/** Steps shown in the order in which they were told, from when the bar is loaded. */
export function lazyProgress(open: () => Promise<Progress>): Progress {
  const load = once(open);
  let last: Promise<unknown> = Promise.resolve();
  const then = (show: (progress: Progress) => void): void => {
    last = last.then(async () => show(await load()));
  };
  let used = false;
  return {
    step(phase, done, total) {
      used = true;
      then((progress) => progress.step(phase, done, total));
    },
    end: () => void (used && then((progress) => progress.end())),
  };
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}
