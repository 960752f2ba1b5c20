import { formatModelRef, type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { fileNameProblems } from "../../domain/registry/file-names.ts";
import {
  duplicateVersionProblems,
  misnamedProblem,
  registryPlace,
} from "../../domain/registry/version-paths.ts";
import { LIMITS } from "../../domain/limits.ts";
import { GateError, type Problem, problem, refuse } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import { approvalsFor } from "../approve/ask-approvals.ts";
import type { Decision } from "../gate/decision.ts";
import { gate } from "../gate/gate.ts";
import { readBase } from "../gate/base.ts";
import { loadVersion } from "../registry/load-version.ts";
import { measureIntegrity } from "../registry/measure-integrity.ts";
import { runOf } from "../run-context.ts";
import type { CheckScene } from "./scene.ts";
import { registrationOf } from "../request.ts";
import type { Findings } from "./report.ts";

/**
 * Validates the versions that a change adds, as they are in the head commit, and judges REGISTER on the base's policies.
 * Problems: MANIFEST_*, SIDECAR_*, MODEL_*, FILE_*, DOCUMENT_*; versions that the base has are never touched.
 */
export async function checkRegistration(scene: CheckScene): Promise<Findings> {
  const { change, ports } = scene;
  const files = ports.filesAt(change.head);
  refuse(tooManyVersions(change.versions.length));
  const problems: Problem[] = [...misnamed(scene), ...(await neighbours(scene, files))];
  const decisions: Decision[] = [];
  for (const ref of change.versions) {
    const registered = await alreadyRegistered(scene, ref);
    problems.push(...registered);
    if (registered.length > 0) continue;
    try {
      const { found, decision } = await judgeVersion(scene, files, ref);
      problems.push(...found);
      decisions.push(decision);
    } catch (error) {
      if (!(error instanceof GateError) || error.exitCode === 3) throw error;
      problems.push(...error.problems);
    }
  }
  if (change.versions.length === 0 && problems.length === 0)
    problems.push(problem("CHECK_VERSION_UNCHANGED", "The change names no version."));
  return { problems, decisions, notes: [`Registers ${change.versions.map(formatModelRef).join(", ")}.`] };
}

async function judgeVersion(
  scene: CheckScene,
  files: Files,
  ref: ModelRef,
): Promise<{ found: readonly Problem[]; decision: Decision }> {
  const { ports, change, options } = scene;
  const { approvals: _ask, legs: _legs, ref: _ref, ...judging } = options;
  const request = registrationOf(ref);
  const version = await loadVersion(files, ref);
  const base = await readBase(ports.git, change.base, request);
  const integrity = await measureIntegrity(version, { ...ports, files }, runOf(options.start, request), base);
  const handedIn = (scene.handedIn ?? []).filter(
    ({ subject }) => subject.manifest_digest === version.manifestDigest,
  );
  const carried = [integrity, ...handedIn];
  const reviewed = approvalsFor(options, base, { request, carried: null });
  const how = { ...judging, ...reviewed, base: base.commit, carried };
  const decision = await gate({ ...ports, files }, request, how);
  return { found: integrity.details.problems, decision };
}

/** A file that is added to a version of the base edits that version. */
async function alreadyRegistered({ ports, change }: CheckScene, ref: ModelRef): Promise<Problem[]> {
  const folder = versionFolder(ref);
  if ((await ports.git.show(change.base, `${folder}/manifest.json`)) === undefined) return [];
  return change.paths
    .filter(({ path }) => path.startsWith(`${folder}/`))
    .map(({ path }) => {
      const message = `${formatModelRef(ref)} is merged, and this file is added to it.`;
      return problem("MANIFEST_VERSION_IMMUTABLE", message, { where: { file: path } });
    });
}

function misnamed({ change }: CheckScene): Problem[] {
  const places = change.paths.map(({ path }) => registryPlace(path));
  const folders = new Set(places.flatMap((place) => (place.kind === "misnamed" ? [place.folder] : [])));
  return [...folders].map(misnamedProblem);
}

/** Folder names of one model that stand for one version, or for one name on some file systems. */
async function neighbours({ change }: CheckScene, files: Files): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const id of new Set(change.versions.map((ref) => ref.id))) {
    const names = await files.folders(`models/${id}`);
    problems.push(...duplicateVersionProblems(id, names), ...twins(id, names));
  }
  return problems;
}

function twins(id: string, names: readonly string[]): Problem[] {
  return fileNameProblems(names).map((one) => ({
    ...one,
    where: { file: `models/${id}/${one.where?.file ?? ""}` },
  }));
}

/** Each of them is read and measured. CHECK_TOO_MANY_VERSIONS. */
function tooManyVersions(count: number): Problem[] {
  if (count <= LIMITS.changedVersions) return [];
  const message = `The change registers ${count} versions; at most ${LIMITS.changedVersions} are checked at once.`;
  return [problem("CHECK_TOO_MANY_VERSIONS", message)];
}
