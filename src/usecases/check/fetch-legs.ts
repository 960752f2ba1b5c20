import type { Artifacts, StoredArtifact } from "../../ports/artifacts.ts";
import { kindInName, readRun, type RunDocument, type WorkflowRun } from "../../domain/run-artifact.ts";
import { gateError } from "../../errors.ts";
import type { FileEntry } from "../../ports/files.ts";
import type { Legs } from "./scene.ts";

/** A leg is one kind of evidence with its raw samples. */
const LIMITS = { bytes: 64 * 1024 * 1024, files: 16 } as const;
/** A matrix has 256 jobs at most, each with a few attempts. */
const MAX_ARTIFACTS = 2000;

const MEASURED = ["parity", "benchmark"];
const FOLDER = "artifacts";

/** What the measurements must have been made for. */
export interface LegBinding {
  /** Commit that is judged. */
  readonly commit: string;
  readonly workflow: WorkflowRun;
}

/**
 * Fetches what other jobs of this workflow run measured, in memory: of each leg the last attempt. Which legs there should be
 * is for the plan to say (`gatherLegs`). ARTIFACT_DOWNLOAD_FAILED, ARTIFACT_TOO_LARGE, ARTIFACT_INVALID, ARTIFACT_RUN_MISMATCH,
 * CHECK_LEG_UNEXPECTED when two jobs of one attempt measured the same.
 */
export async function fetchLegs(
  artifacts: Artifacts,
  of: LegBinding,
): Promise<{ readonly folder: string; readonly files: NonNullable<Legs["files"]> }> {
  const stored = (await artifacts.list()).filter(({ name }) => MEASURED.includes(kindInName(name) ?? ""));
  if (stored.length > MAX_ARTIFACTS)
    throw gateError(
      "ARTIFACT_TOO_LARGE",
      `There are ${stored.length} measurements, more than ${MAX_ARTIFACTS}.`,
    );
  const last = new Map<string, FetchedLeg>();
  for (const artifact of stored) {
    const leg = await fetchLeg(artifacts, artifact, of);
    const before = last.get(leg.path);
    if (before?.attempt === leg.attempt) throw twice(leg, before);
    if (!before || before.attempt < leg.attempt) last.set(leg.path, leg);
  }
  return { folder: FOLDER, files: inMemory([...last.values()]) };
}

interface FetchedLeg {
  /** `artifacts/<model>_<version>_<kind>/<kind>.json`, where the plan looks for it. */
  readonly path: string;
  readonly name: string;
  readonly attempt: number;
  readonly bytes: Uint8Array;
}

async function fetchLeg(artifacts: Artifacts, artifact: StoredArtifact, of: LegBinding): Promise<FetchedLeg> {
  const files = await artifacts.download(artifact, LIMITS);
  const { name } = artifact;
  const run = readRun(files, { name, ...of });
  const bytes = files.get(`${run.kind}.json`);
  if (!bytes || run.subject === null)
    throw gateError("ARTIFACT_INVALID", `${name} holds no ${run.kind} evidence.`);
  return { path: pathOf(run), name, attempt: run.attempt, bytes };
}

function pathOf({ kind, subject }: RunDocument): string {
  return `${FOLDER}/${subject?.replace("@", "_")}_${kind}/${kind}.json`;
}

function twice(one: FetchedLeg, other: FetchedLeg): Error {
  const message = `${other.name} and ${one.name} measured the same in attempt ${one.attempt}.`;
  return gateError("CHECK_LEG_UNEXPECTED", message, { where: { file: one.path } });
}

function inMemory(legs: readonly FetchedLeg[]): NonNullable<Legs["files"]> {
  const entries = legs.map(({ path, bytes }): FileEntry => ({
    path,
    kind: "file",
    size: bytes.length,
    links: 1,
  }));
  return {
    list: async () => entries.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    readIfExists: async (path) => legs.find((leg) => leg.path === path)?.bytes,
  };
}
