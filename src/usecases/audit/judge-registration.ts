import type { Digest } from "../../domain/digest.ts";
import { formatModelRef, type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { misnamedProblem, registryPlace } from "../../domain/registry/version-paths.ts";
import { problem } from "../../errors.ts";
import { type Finding, findingOr } from "./finding.ts";
import { registeredSignatureProblems } from "./registered-signature.ts";
import { lacksManifest } from "./snapshots.ts";
import type { Scene } from "./walk.ts";

/**
 * A commit that registers versions: their manifests can be read, name their folder and are signed as the trust that was in
 * force asks, the tree of the commit holds every byte that they list, and nothing is added to a version that was there
 * before. MANIFEST_*, FILE_NOT_REGULAR, SIGNATURE_*, TRUST_*, DOCUMENT_*.
 */
export async function judgeRegistration(scene: Scene, versions: readonly ModelRef[]): Promise<Finding> {
  const places = scene.landed.changes.map(({ path }) => registryPlace(path));
  const misnamed = new Set(places.flatMap((place) => (place.kind === "misnamed" ? [place.folder] : [])));
  const found = await Promise.all(versions.map((ref) => findingOr(() => judgeVersion(scene, ref))));
  return {
    problems: [...[...misnamed].map(misnamedProblem), ...found.flatMap(({ problems }) => problems)],
    inLfs: found.flatMap(({ inLfs = [] }) => inLfs),
  };
}

async function judgeVersion(scene: Scene, ref: ModelRef): Promise<Finding> {
  const { walk, landed, before, after } = scene;
  const folder = versionFolder(ref);
  if (before !== null && (await walk.snapshots.store.find(before, `${folder}/manifest.json`))) {
    const added = landed.changes.filter(
      (change) => change.before === null && change.path.startsWith(`${folder}/`),
    );
    const message = `${formatModelRef(ref)} was merged before, and this file is added to it.`;
    return {
      problems: added.map(({ path }) =>
        problem("MANIFEST_VERSION_IMMUTABLE", message, { where: { file: path } }),
      ),
    };
  }
  const manifest = await walk.snapshots.store.file(after, `${folder}/manifest.json`);
  return manifest ? judgeContent(scene, ref, manifest) : { problems: [lacksManifest(ref)] };
}

/** Loaded where a version is compared: an audit without one starts without these rules and schemas. */
const comparing = () => import("../registry/committed-version.ts");

async function judgeContent(scene: Scene, ref: ModelRef, manifest: Uint8Array): Promise<Finding> {
  const { walk, after } = scene;
  const tree = walk.snapshots.tree(after);
  const signature = await registeredSignatureProblems(scene, ref);
  const atOrigin = (path: string): Promise<Digest | undefined> => mergedDigest(scene, path);
  const { committedVersion } = await comparing();
  const found = await committedVersion(tree, { ref, manifest, sources: { tree, atOrigin } });
  const { problems, inLfs } = found;
  if (problems.length === 0) await walk.snapshots.noteCommitted(after, ref, found);
  return { problems: [...signature, ...problems], inLfs };
}

/** Where the commit merges others: what the file was there, should the line have moved on meanwhile. */
async function mergedDigest({ walk, landed }: Scene, path: string): Promise<Digest | undefined> {
  const { sourceDigest } = await comparing();
  for (const parent of landed.lineage?.parents.slice(1) ?? []) {
    const merged = await walk.snapshots.store.lineage(parent);
    const digest = merged && (await sourceDigest(walk.snapshots.tree(merged.tree), path));
    if (digest) return digest;
  }
  return undefined;
}
