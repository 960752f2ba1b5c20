import { type ChildProcess, fork } from "node:child_process";
import type { ArtifactAnswer, ArtifactRequest } from "./child/protocol.ts";
import { childEntry } from "./child-entry.ts";

/** What the child sees of our environment: the service, how to reach it, and what a process needs to start. */
const PASSED = [
  "ACTIONS_RUNTIME_TOKEN",
  "ACTIONS_RESULTS_URL",
  "GITHUB_SERVER_URL",
  "GITHUB_RETENTION_DAYS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
  "PATH",
  "SystemRoot",
] as const;

/** Two retried calls and a few MiB; a service that hangs must not hold a job. */
const TIMEOUT_MS = 5 * 60_000;
const STDERR_KEPT = 2048;

export interface Asking {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/**
 * Runs one request of the artifact client in a process of its own: the client prints to the log, and some of its failures
 * end the process that they happen in. Rejects with an Error that says why.
 */
export async function askChild(request: ArtifactRequest, { env, signal }: Asking): Promise<unknown> {
  const child = fork(childEntry(), [], {
    env: Object.fromEntries(PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    killSignal: "SIGKILL",
  });
  const answered = answerOf(child);
  child.send(request, () => undefined);
  const answer = await answered;
  if (!answer.ok) throw new Error(answer.message);
  return answer.value;
}

function answerOf(child: ChildProcess): Promise<ArtifactAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ArtifactAnswer>();
  let stderr = "";
  child.stderr?.on(
    "data",
    (chunk: Buffer) => (stderr = (stderr + chunk.toString("utf8")).slice(-STDERR_KEPT)),
  );
  child.once("message", (answer) => resolve(answer as ArtifactAnswer));
  child.once("error", reject);
  child.once("close", (code, signal) => {
    const last = stderr.trim().split("\n").at(-1) ?? "";
    reject(new Error(`The artifact client died (${signal ?? `exit code ${code}`}). ${last}`.trim()));
  });
  return promise;
}
