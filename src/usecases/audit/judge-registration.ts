import { formatModelRef, type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { misnamedProblem, registryPlace } from "../../domain/registry/version-paths.ts";
import { GateError, type Problem, problem } from "../../errors.ts";
import type { Finding } from "./finding.ts";
import { registeredSignatureProblems } from "./registered-signature.ts";
import type { Scene } from "./walk.ts";

/**
 * A commit that registers versions: their manifests can be read, name their folder and are signed as the trust that was in
 * force asks, and nothing is added to a version that was there before. MANIFEST_*, SIGNATURE_*, TRUST_*, DOCUMENT_*.
 */
export async function judgeRegistration(scene: Scene, versions: readonly ModelRef[]): Promise<Finding> {
  const places = scene.landed.changes.map(({ path }) => registryPlace(path));
  const misnamed = new Set(places.flatMap((place) => (place.kind === "misnamed" ? [place.folder] : [])));
  const found = await Promise.all(versions.map((ref) => versionProblems(scene, ref)));
  return { problems: [...[...misnamed].map(misnamedProblem), ...found.flat()] };
}

async function versionProblems(scene: Scene, ref: ModelRef): Promise<readonly Problem[]> {
  const { walk, landed, before, after } = scene;
  const folder = versionFolder(ref);
  if (before !== null && (await walk.snapshots.store.find(before, `${folder}/manifest.json`))) {
    const added = landed.changes.filter(
      (change) => change.before === null && change.path.startsWith(`${folder}/`),
    );
    const message = `${formatModelRef(ref)} was merged before, and this file is added to it.`;
    return added.map(({ path }) => problem("MANIFEST_VERSION_IMMUTABLE", message, { where: { file: path } }));
  }
  try {
    if (await walk.snapshots.version(after, ref)) return await registeredSignatureProblems(scene, ref);
  } catch (error) {
    if (error instanceof GateError) return error.problems;
    throw error;
  }
  const where = { file: folder };
  return [problem("MANIFEST_MISSING", `${formatModelRef(ref)} has no manifest.json.`, { where })];
}
