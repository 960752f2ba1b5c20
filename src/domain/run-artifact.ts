import { RUN_V1 } from "../generated/run-v1.js";
import { gateError } from "../errors.ts";
import { type Digest, digestOf } from "./digest.ts";
import { checkSchema } from "./document/check-schema.ts";
import { formatJson } from "./document/format.ts";
import { parseJson } from "./document/json.ts";

/** What leaves an artifact behind. */
export type RunKind = "parity" | "benchmark" | "gate" | "promote" | "check" | "audit";

/** The workflow run around it, as the forge says. */
export interface WorkflowRun {
  /** `owner/name`. */
  readonly repository: string;
  readonly id: string;
  /** From 1. */
  readonly attempt: number;
}

/** One run of the tool, which an artifact is bound to. */
export interface ToolRun {
  readonly runId: string;
  readonly kind: RunKind;
  /** `id@version`; null when it was about none or several. */
  readonly subject: string | null;
  /** Commit that the run was for: the head that its event names, else what was checked out. */
  readonly commit: string;
}

/** `run.json`, schema modelgate/run/v1. */
export interface RunDocument {
  readonly schema_version: "modelgate/run/v1";
  readonly run_id: string;
  readonly kind: RunKind;
  readonly subject: string | null;
  readonly commit: string;
  readonly repository: string;
  readonly workflow_run: string;
  readonly attempt: number;
  readonly files: readonly { readonly path: string; readonly sha256: Digest; readonly size: number }[];
}

type FilesOfRun = ReadonlyMap<string, Uint8Array>;

const RUN_FILE = "run.json";
const PREFIX = "modelgate-";
const RUN_BYTES = 1024 * 1024;

/** Name of the artifact: `modelgate-<kind>-<run id>`, of which no second one can be made by another run. */
export function artifactName({ kind, runId }: Pick<ToolRun, "kind" | "runId">): string {
  return `${PREFIX}${kind}-${runId}`;
}

/** The kind in the name of an artifact; undefined when it is none of ours. */
export function kindInName(name: string): string | undefined {
  return /^modelgate-([a-z]{1,20})-/.exec(name)?.[1];
}

/** The files, and `run.json` that binds them to the run. */
export function packRun(run: ToolRun, workflow: WorkflowRun, files: FilesOfRun): FilesOfRun {
  const { runId, kind, subject, commit } = run;
  const document: RunDocument = {
    schema_version: "modelgate/run/v1",
    run_id: runId,
    kind,
    subject,
    commit,
    repository: workflow.repository,
    workflow_run: workflow.id,
    attempt: workflow.attempt,
    files: [...files].map(([path, bytes]) => ({ path, sha256: digestOf(bytes), size: bytes.byteLength })),
  };
  return new Map([...files, [RUN_FILE, Buffer.from(formatJson(document))]]);
}

/** What an artifact must be bound to. */
export interface RunBinding {
  /** The artifact's name. */
  readonly name: string;
  readonly commit: string;
  readonly workflow: Pick<WorkflowRun, "repository" | "id">;
}

/**
 * Reads `run.json` and checks that it names the other files, no more and no fewer, and is bound to this run and commit.
 * ARTIFACT_INVALID, ARTIFACT_RUN_MISMATCH, DOCUMENT_*.
 */
export function readRun(files: FilesOfRun, binding: RunBinding): RunDocument {
  const bytes = files.get(RUN_FILE);
  const file = `${binding.name}/${RUN_FILE}`;
  if (!bytes) throw gateError("ARTIFACT_INVALID", "It has no run.json.", { where: { file } });
  const run = checkSchema<RunDocument>(parseJson(bytes, file, RUN_BYTES), RUN_V1);
  checkFiles(files, run, file);
  checkBinding(run, binding, file);
  return run;
}

function checkFiles(files: FilesOfRun, run: RunDocument, file: string): void {
  const told = new Map(run.files.map(({ path, sha256 }) => [path, sha256]));
  const there = [...files].filter(([path]) => path !== RUN_FILE);
  const wrong = there.filter(([path, bytes]) => told.get(path) !== digestOf(bytes)).map(([path]) => path);
  if (wrong.length === 0 && told.size === there.length) return;
  const which = wrong[0] ?? "a file that is not there";
  throw gateError("ARTIFACT_INVALID", `run.json does not hold for ${which}.`, { where: { file } });
}

function checkBinding(run: RunDocument, { name, commit, workflow }: RunBinding, file: string): void {
  const bound = [
    ["/commit", run.commit, commit],
    ["/repository", run.repository, workflow.repository],
    ["/workflow_run", run.workflow_run, workflow.id],
    ["/run_id", artifactName({ kind: run.kind, runId: run.run_id }), name],
  ] as const;
  for (const [pointer, told, wanted] of bound) {
    if (told === wanted) continue;
    const message = `It is bound to ${told.slice(0, 80)}, wanted is ${wanted}.`;
    throw gateError("ARTIFACT_RUN_MISMATCH", message, { where: { file, pointer } });
  }
}
