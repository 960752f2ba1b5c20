import { checkSchema } from "../../domain/document/check-schema.ts";
import { JSON_SIZE_LIMIT, parseJson } from "../../domain/document/json.ts";
import type { Subject } from "../../domain/evidence.ts";
import { versionFolder } from "../../domain/model-ref.ts";
import type { Claimed, ClaimedNumbers, Evaluation } from "../../domain/registry/evaluation.ts";
import { triedOr } from "../../errors.ts";
import { EVALUATION_V1 } from "../../generated/evaluation-v1.js";
import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";
import type { TransitionRequest } from "../request.ts";

/** What of a decision says whose claims a report shows. */
export interface ClaimsOf {
  readonly request: Pick<TransitionRequest, "event">;
  readonly subject: Subject;
  readonly baseline: Subject | null;
  /** Commit that holds what is registered. */
  readonly commit: string;
}

/**
 * What the authors of the candidate and of the live version report of their quality, for the report of a registration or a
 * promotion; null for the way back, where nobody is to read tables. The verdict knows none of it: no metric reads it, and
 * a replay must need nothing but policies and evidence. Never throws for what an author wrote.
 */
export async function readClaims(
  { git, files }: { readonly git: Pick<Git, "show">; readonly files: Pick<Files, "readIfExists"> },
  { request, subject, baseline, commit }: ClaimsOf,
): Promise<ClaimedNumbers | null> {
  const { event } = request;
  if (event !== "REGISTER" && !event.startsWith("PROMOTE_TO_")) return null;
  const registered: ReadClaim = (path) => git.show(commit, path);
  const arriving: ReadClaim = (path) => files.readIfExists(path, JSON_SIZE_LIMIT);
  const candidate = await claimed(subject, event === "REGISTER" ? arriving : registered);
  return { candidate, live: baseline && (await claimed(baseline, registered)) };
}

type ReadClaim = (path: string) => Promise<Uint8Array | undefined>;

async function claimed({ model_id: id, version }: Subject, read: ReadClaim): Promise<Claimed> {
  const file = `${versionFolder({ id, version })}/evaluation.json`;
  const evaluation = await triedOr(null, async () => {
    const bytes = await read(file);
    return bytes ? checkSchema<Evaluation>(parseJson(bytes, file), EVALUATION_V1) : null;
  });
  if (evaluation === null) return { version, evaluation };
  const { dataset, metrics } = evaluation;
  return { version, evaluation: { dataset, metrics } };
}
