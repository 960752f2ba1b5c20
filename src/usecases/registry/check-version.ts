import { type Digest, digestOf } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import type { Document } from "../../domain/document/document.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Finding } from "../../domain/evidence.ts";
import type { Manifest } from "../../domain/manifest.ts";
import { type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { fileProblems, requiredProblems } from "../../domain/registry/check-files.ts";
import { claimFindings, claimProblems } from "../../domain/registry/check-claims.ts";
import { canonicalProblems, manifestProblems } from "../../domain/registry/check-manifest.ts";
import { sidecarProblems } from "../../domain/registry/check-sidecar.ts";
import type { VersionFacts } from "../../domain/registry/version-facts.ts";
import { GateError, problem, type Problem, tried } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import { MANIFEST_LIMIT, versionOf } from "./load-version.ts";
import { readVersionFolder, type VersionReading } from "./read-version-folder.ts";
import { sourceProblems, sourcesOf } from "./check-sources.ts";
import { type TestDataSource, testDataProblems } from "./test-cases.ts";
import { manifestSignatureProblems } from "../../trust/manifest-signature.ts";
import { type Ground, signatureGround } from "../trust/ground.ts";
import type { RegistryPorts } from "./ports.ts";
import { MANIFEST_V1 } from "../../generated/manifest-v1.js";

/** What is wrong with one version, and what of it was verified. */
export interface VersionCheck {
  readonly ref: ModelRef;
  /** Digest of the manifest that was checked; null when it could not be read. */
  readonly manifestDigest: Digest | null;
  readonly problems: readonly Problem[];
  /** What its author reports and what says less than it seems to: shown, and refuses nothing. CLAIM_*. */
  readonly findings: readonly Finding[];
  /** Null when the manifest or the folder could not be read. */
  readonly facts: VersionFacts | null;
}

/**
 * Checks every field of a version's manifest against what it names, and every file of the folder. Collects all problems:
 * MANIFEST_*, SIDECAR_*, MODEL_*, FILE_*, DOCUMENT_*, and for its signature SIGNATURE_* and TRUST_* by what the ground
 * trusts. Does not look at other versions.
 */
export async function checkVersion(
  ports: RegistryPorts,
  ref: ModelRef,
  ground: Ground,
): Promise<VersionCheck> {
  const path = `${versionFolder(ref)}/manifest.json`;
  const checked = await tried(async () => {
    const bytes = await manifestBytes(ports.files, path);
    return checkManifest(ports, { ref, bytes }, ground);
  });
  if (!(checked instanceof GateError)) return checked;
  return { ref, manifestDigest: null, problems: checked.problems, findings: [], facts: null };
}

/** The same for a manifest that is not (yet) in the folder; its `artifact_uri` must be readable. */
export async function checkManifest(
  ports: RegistryPorts,
  { ref, bytes }: { readonly ref: ModelRef; readonly bytes: Uint8Array },
  ground: Ground,
): Promise<VersionCheck> {
  const document = parseJson(bytes, `${versionFolder(ref)}/manifest.json`, MANIFEST_LIMIT);
  const version = tried(() => versionOf(ref, bytes, document));
  const manifest = checkSchema<Manifest>(document, MANIFEST_V1);
  const reading = await readVersionFolder(ports.files, ref, {
    artifact: manifest.artifact_uri,
    expected: new Map(manifest.files.map((file) => [file.path, file.sha256])),
  });
  const { folder, training } = reading.facts;
  const problems = [
    ...(version instanceof GateError ? version.problems : []),
    ...canonicalProblems(new TextDecoder().decode(bytes), document),
    ...manifestAgainst(manifest, document, reading),
    ...manifestSignatureProblems(manifest, document, await signatureGround(ports.git, ground, ref)),
    ...(training ? await sourceProblems(sourcesOf(ports, folder), training) : []),
    ...(await testDataProblems(storedTestData(manifest, reading), reading.model)),
  ];
  return {
    ref,
    manifestDigest: digestOf(bytes),
    problems,
    findings: claimFindings(reading.facts),
    facts: reading.facts,
  };
}

/** Test data as the manifest lists it; a file that differs from the list, or is not there, is a problem already. */
function storedTestData({ files }: Manifest, { facts, readAgain }: VersionReading): TestDataSource {
  const present = new Map(facts.files.map(({ path, digest }) => [path, digest]));
  const differing = files.filter(({ path, sha256 }) => present.get(path) !== sha256);
  const broken = new Set(differing.map(({ path }) => path.slice(0, path.lastIndexOf("/"))));
  return { folder: facts.folder, listed: files, read: readAgain, broken };
}

function manifestAgainst(manifest: Manifest, document: Document, reading: VersionReading): Problem[] {
  const { facts, problems, unreadable } = reading;
  return [
    ...problems,
    ...requiredProblems(manifest, document),
    ...fileProblems({ manifest, document, folder: facts.folder, files: facts.files, unreadable }),
    ...manifestProblems(manifest, document, facts),
    ...(facts.sidecar ? sidecarProblems(facts.sidecar, facts.model) : []),
    ...claimProblems(facts),
  ];
}

async function manifestBytes(files: Files, path: string): Promise<Uint8Array> {
  const bytes = await files.readIfExists(path, MANIFEST_LIMIT);
  if (bytes) return bytes;
  throw new GateError([
    problem("MANIFEST_MISSING", "The folder has no manifest.json.", { where: { file: path } }),
  ]);
}
