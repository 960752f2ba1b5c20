import type { Digest } from "../../domain/digest.ts";
import { formatModelRef, type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { misnamedProblem, registryPlace } from "../../domain/registry/version-paths.ts";
import { problem } from "../../errors.ts";
import { manifestSignatureProblems } from "../../trust/manifest-signature.ts";
import type { ReadVersion } from "../registry/load-version.ts";
import { type Finding, findingOr } from "./finding.ts";
import { lacksManifest } from "./snapshots.ts";
import type { Scene } from "./walk.ts";

/** Versions whose files are read together: what they need of Git goes out in one piece, and memory holds no more of them. */
const AT_ONCE = 64;

/**
 * A commit that registers versions: their manifests can be read, name their folder and are signed as the trust that was in
 * force asks, the tree of the commit holds every byte that they list, and nothing is added to a version that was there
 * before. MANIFEST_*, FILE_NOT_REGULAR, SIGNATURE_*, TRUST_*, DOCUMENT_*.
 */
export async function judgeRegistration(scene: Scene, versions: readonly ModelRef[]): Promise<Finding> {
  const places = scene.landed.changes.map(({ path }) => registryPlace(path));
  const misnamed = new Set(places.flatMap((place) => (place.kind === "misnamed" ? [place.folder] : [])));
  const found: Finding[] = [];
  for (let at = 0; at < versions.length; at += AT_ONCE) {
    const some = versions.slice(at, at + AT_ONCE);
    found.push(...(await Promise.all(some.map((ref) => findingOr(() => judgeVersion(scene, ref))))));
  }
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
  const version = await walk.snapshots.manifest(after, ref);
  return version ? judgeContent(scene, version) : { problems: [lacksManifest(ref)] };
}

/** Loaded where a version is compared: an audit without one starts without these rules and schemas. */
const comparing = () => import("../registry/committed-version.ts");

async function judgeContent(scene: Scene, version: ReadVersion): Promise<Finding> {
  const { walk, after } = scene;
  const { snapshots, trust } = walk;
  const tree = snapshots.tree(after);
  const signature = manifestSignatureProblems(version.manifest, version.document, { trust, use: "now" });
  const atOrigin = (path: string): Promise<Digest | undefined> => mergedDigest(scene, path);
  const { committedVersion } = await comparing();
  const { trainings } = snapshots.store.facts;
  const found = await committedVersion(tree, { version, sources: { tree, atOrigin, trainings } });
  const { problems, inLfs } = found;
  if (problems.length === 0) await snapshots.noteCommitted(after, version.ref, found);
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
