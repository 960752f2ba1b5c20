import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Manifest } from "../../domain/manifest.ts";
import { versionFolder } from "../../domain/model-ref.ts";
import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";
import { type Lineage, type Lineages, versionsBehind } from "../../trust/dependencies.ts";
import { loadVersion, MANIFEST_LIMIT } from "../registry/load-version.ts";
import type { TransitionRequest } from "../request.ts";
import type { GateBase } from "./base.ts";
import { MANIFEST_V1 } from "../../generated/manifest-v1.js";

/**
 * Lineages of the versions that a request would bring to serve, as the base commit has them; a version that is being
 * registered comes from the work tree. Empty where the base trusts nobody: then nothing can be revoked. DOCUMENT_*, GIT_*.
 */
export async function readLineages(
  ports: { readonly git: Pick<Git, "show">; readonly files: Files },
  base: GateBase,
  request: TransitionRequest,
): Promise<Lineages> {
  if (!base.trust) return new Map();
  if (request.event === "REGISTER") {
    const { manifest } = await loadVersion(ports.files, { id: request.model, version: request.version });
    return new Map([[request.version, manifest]]);
  }
  const versions = versionsBehind(base.ledger, request);
  const read = versions.map(async (version) => {
    const lineage = await lineageAt(ports.git, base.commit, { id: request.model, version });
    return lineage ? ([[version, lineage]] as const) : [];
  });
  return new Map((await Promise.all(read)).flat());
}

/** The lineage of a version in a commit; undefined when it is not there. */
async function lineageAt(
  git: Pick<Git, "show">,
  commit: string,
  ref: { readonly id: string; readonly version: string },
): Promise<Lineage | undefined> {
  const file = `${versionFolder(ref)}/manifest.json`;
  const bytes = await git.show(commit, file);
  return bytes && checkSchema<Manifest>(parseJson(bytes, file, MANIFEST_LIMIT), MANIFEST_V1);
}
