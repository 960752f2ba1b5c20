import { type Digest, digestOf } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { formatJson } from "../../domain/document/format.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Finding } from "../../domain/evidence.ts";
import { type Manifest, manifestHash } from "../../domain/manifest.ts";
import { type ModelRef, parseModelRef, versionFolder } from "../../domain/model-ref.ts";
import { buildManifest, sameContent } from "../../domain/registry/build-manifest.ts";
import { misnamedProblem } from "../../domain/registry/version-paths.ts";
import { REQUIRED_FILES } from "../../domain/registry/version-facts.ts";
import { gateError, problem, type Problem, refuse, triedOr } from "../../errors.ts";
import type { Clock } from "../../ports/machine.ts";
import type { Signer } from "../../ports/signing.ts";
import { timestampOf } from "../../domain/time.ts";
import { groundOf } from "../trust/ground.ts";
import { baseCommit } from "../base-commit.ts";
import { checkManifest } from "./check-version.ts";
import { keptProblems } from "./git-keeps.ts";
import type { RegistryPorts } from "./ports.ts";
import { MANIFEST_LIMIT } from "./load-version.ts";
import { documentProblems, readVersionFolder, type VersionReading } from "./read-version-folder.ts";
import { sealSidecar, withFile } from "./seal-sidecar.ts";
import { signManifest } from "./sign-manifest.ts";
import { MANIFEST_V1 } from "../../generated/manifest-v1.js";

export interface RegisterPorts extends RegistryPorts {
  readonly clock: Clock;
}

export interface RegisterOptions {
  /** Path of the model file inside the folder; by default that of the manifest so far, else model.onnx. */
  readonly artifact?: string;
  /** Revision that must not hold the version yet; by default origin/main, main or HEAD, the first that exists. */
  readonly base?: string;
  /** Signs the manifest; without it a signature over the same content stays. */
  readonly signer?: Signer;
}

export interface Registration {
  readonly ref: ModelRef;
  readonly manifest: Manifest;
  readonly manifestDigest: Digest;
  /** Files that were written, relative to the repository's root; empty when all was up to date. */
  readonly written: readonly string[];
  /** What the author reports and what says less than it seems to (CLAIM_*): shown, and refuses nothing. */
  readonly findings: readonly Finding[];
}

/**
 * Fills in the manifest of `models/<id>/<version>` (and the CRC of its sidecar, when that is missing) from the files of
 * the folder, after checking them as `validate` does. Nothing is written when anything is wrong. Idempotent: created_at
 * stays while nothing else changes. Errors: all of `checkVersion`, MANIFEST_FOLDER_NAME, MANIFEST_REQUIRED_FILE_MISSING
 * (all that lack at once), MANIFEST_VERSION_IMMUTABLE, SIGNING_*, FILE_CHANGED when another process edits it meanwhile. A key that the base does not trust signs nothing.
 */
export async function register(
  ports: RegisterPorts,
  folder: string,
  options: RegisterOptions = {},
): Promise<Registration> {
  const ref = refOf(folder);
  const path = `${versionFolder(ref)}/manifest.json`;
  const current = (await ports.files.readIfExists(path, MANIFEST_LIMIT)) ?? null;
  const before = manifestIn(current, path);
  const artifact = options.artifact ?? before?.artifact_uri ?? "model.onnx";
  await refuseIncomplete(ports, ref, artifact);
  const sealed = await sealSidecar(ports.files, `${versionFolder(ref)}/sidecar.json`);
  const sealedPorts = { ...ports, files: withFile(ports.files, sealed.path, sealed.bytes) };
  refuse(await documentProblems(sealedPorts.files, ref));
  const derived = await deriveManifest(sealedPorts, { ref, artifact, before });
  const manifest = options.signer ? await signManifest(derived, options.signer) : derived;
  const text = formatJson(manifest);
  const bytes = Buffer.from(text);
  const ground = await groundOf(ports.git, await baseCommit(ports.git, options.base));
  const { problems, findings, facts } = await checkManifest(sealedPorts, { ref, bytes }, ground);
  const code = facts?.training?.value.code.map((source) => source.path) ?? [];
  refuse([...(await keptProblems(ports, [versionFolder(ref)], code)), ...problems]);
  const expected = new Map([
    [sealed.path, sealed.before],
    [path, current],
  ]);
  const wanted = new Map([
    [sealed.path, sealed.bytes],
    [path, bytes],
  ]);
  const changes = changedFiles(expected, wanted);
  if (changes.size > 0) await refuseRegistered(ports, path, options.base);
  if (!(await ports.files.swap({ expected, wanted: changes }))) throw changedMeanwhile(path);
  return { ref, manifest, manifestDigest: digestOf(text), written: [...changes.keys()], findings };
}

function refOf(folder: string): ModelRef {
  const parts = /^models\/([^/]+)\/([^/]+)\/?$/.exec(folder);
  const ref = parts ? parseModelRef(`${parts[1]}@${parts[2]}`) : undefined;
  if (ref) return ref;
  if (parts) refuse([misnamedProblem(`models/${parts[1]}/${parts[2]}`)]);
  const message = `${JSON.stringify(folder)} is not models/<id>/<version>.`;
  throw gateError("MANIFEST_FOLDER_NAME", message, { where: { file: folder } });
}

/** The manifest so far, if it can be read; a broken one is about to be replaced. */
function manifestIn(bytes: Uint8Array | null, path: string): Manifest | undefined {
  if (!bytes) return undefined;
  return triedOr(undefined, () => checkSchema<Manifest>(parseJson(bytes, path, MANIFEST_LIMIT), MANIFEST_V1));
}

async function refuseIncomplete(ports: RegistryPorts, ref: ModelRef, artifact: string): Promise<void> {
  const folder = versionFolder(ref);
  const present = new Set((await ports.files.list(folder)).map((entry) => entry.path));
  const lacking = [artifact, ...REQUIRED_FILES]
    .map((path) => `${folder}/${path}`)
    .filter((path) => !present.has(path));
  refuse(lacking.map(missingFile));
}

function missingFile(path: string): Problem {
  return problem("MANIFEST_REQUIRED_FILE_MISSING", `There is no ${path}.`, { where: { file: path } });
}

async function deriveManifest(
  ports: RegisterPorts,
  of: { ref: ModelRef; artifact: string; before: Manifest | undefined },
): Promise<Manifest> {
  const reading = await readVersionFolder(ports.files, of.ref, {
    artifact: of.artifact,
    expected: new Map(),
  });
  const source = { ref: of.ref, artifact: of.artifact, ...documentsOf(reading), files: reading.facts.files };
  const manifest = buildManifest({ ...source, createdAt: timestampOf(ports.clock.now()) });
  return of.before && isSealed(of.before) && sameContent(of.before, manifest) ? of.before : manifest;
}

/** Nobody touched it since it was written: a hash that is wrong is made anew, and what was signed over it goes. */
function isSealed(manifest: Manifest): boolean {
  return manifestHash(manifest) === manifest.manifest_hash;
}

/** Without these there is nothing to derive from, so all their problems are told first. */
function documentsOf(reading: VersionReading) {
  const { sidecar, training, parity } = reading.facts;
  if (reading.unreadable.length > 0 || !sidecar || !training || !parity) refuse(reading.problems);
  if (!sidecar || !training || !parity) throw new TypeError("A document is missing without a problem.");
  return { sidecar: sidecar.value, training: training.value, parity: parity.value };
}

function changedFiles(
  expected: ReadonlyMap<string, Uint8Array | null>,
  wanted: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  const isNew = ([path, bytes]: [string, Uint8Array]): boolean => {
    const now = expected.get(path);
    return !now || Buffer.compare(now, bytes) !== 0;
  };
  return new Map([...wanted].filter(isNew));
}

/** It may hold a signature, or a sidecar that its author edits at this moment. */
function changedMeanwhile(path: string): Error {
  const message = "Another process changed it, or the sidecar beside it, while the version was checked.";
  return gateError("FILE_CHANGED", message, { where: { file: path } });
}

async function refuseRegistered(
  ports: RegistryPorts,
  path: string,
  revision: string | undefined,
): Promise<void> {
  const base = await baseCommit(ports.git, revision);
  if (base === null || (await ports.git.show(base, path)) === undefined) return;
  const message = "This version is on the base branch already; its files may not change any more.";
  throw gateError("MANIFEST_VERSION_IMMUTABLE", message, { where: { file: path } });
}
