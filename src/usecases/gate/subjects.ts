import { sameDigest } from "../../domain/digest.ts";
import type { Subject } from "../../domain/evidence.ts";
import { liveVersion } from "../../domain/ledger.ts";
import { formatModelRef, type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import { reasons } from "../../domain/reasons/catalogue.ts";
import { gateError } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { registeredVersions } from "../registry/registered-versions.ts";
import { loadVersion, type ModelVersion, readVersion } from "../registry/load-version.ts";
import type { TransitionRequest } from "../request.ts";
import type { GateBase } from "./base.ts";

/**
 * The candidate by digests, as the base commit has it; a version that is being registered comes from the work tree.
 * GATE_VERSION_NOT_ON_BASE when the base has no such version.
 */
export async function readSubject(
  ports: { git: Git; files: Files },
  base: GateBase,
  request: TransitionRequest,
): Promise<Subject> {
  const ref = { id: request.model, version: request.version };
  if (request.event === "REGISTER") return (await loadVersion(ports.files, ref)).subject;
  const bytes = await ports.git.show(base.commit, `${versionFolder(ref)}/manifest.json`);
  if (!bytes) throw await notOnBase(ports.git, ref, base);
  return readVersion(ref, bytes).subject;
}

/** The candidate's folder in the work tree; GATE_VERSION_EDITED when it is not the one that the base commit has. */
export async function loadCandidate(files: Files, subject: Subject): Promise<ModelVersion> {
  const version = await loadVersion(files, { id: subject.model_id, version: subject.version });
  if (sameDigest(version.manifestDigest, subject.manifest_digest)) return version;
  throw gateError(
    "GATE_VERSION_EDITED",
    `The manifest of ${formatModelRef(version.ref)} in the work tree is not the one of the base commit.`,
    {
      where: { file: `${version.folder}/manifest.json` },
    },
  );
}

/** The version that is live in the request's environment, or null; GATE_LIVE_VERSION_EDITED when its folder was changed. */
export async function loadLive(
  files: Files,
  base: GateBase,
  request: TransitionRequest,
): Promise<ModelVersion | null> {
  if (request.environment === null) return null;
  const slot = liveVersion(base.ledger, request.model, request.environment);
  if (!slot || slot.version === request.version) return null;
  const live = await loadVersion(files, { id: request.model, version: slot.version });
  if (sameDigest(live.manifestDigest, slot.manifest_digest)) return live;
  throw gateError(
    "GATE_LIVE_VERSION_EDITED",
    `The manifest of ${formatModelRef(live.ref)} is not the one that deployed.json calls live.`,
    {
      where: { file: `${live.folder}/manifest.json` },
    },
  );
}

/** GATE_VERSION_NOT_ON_BASE, with the versions that somebody may have meant. */
export async function notOnBase(
  git: Git,
  ref: ModelRef,
  { commit }: Pick<GateBase, "commit">,
): Promise<Error> {
  const file = `${versionFolder(ref)}/manifest.json`;
  const registered = await registeredVersions(git, commit);
  const versions = registered.get(ref.id);
  const known = versions
    ? `Registered are ${versions.slice(0, 5).join(", ")}${versions.length > 5 ? " …" : ""}.`
    : didYouMean(ref.id, registered.keys());
  const { fix } = reasons.GATE_VERSION_NOT_ON_BASE;
  return gateError(
    "GATE_VERSION_NOT_ON_BASE",
    `${formatModelRef(ref)} is not registered in commit ${shortCommit(commit)}: there is no ${file}.`,
    { where: { file }, fix: known === "" ? fix : `${known} ${fix}` },
  );
}
