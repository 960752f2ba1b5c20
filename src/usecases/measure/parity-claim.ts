import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Finding } from "../../domain/evidence.ts";
import { GateError, tried } from "../../errors.ts";
import { brokenClaims, type ParityClaim } from "../../measure/parity/claim.ts";
import type { OutputReport } from "../../measure/parity/report.ts";
import type { ModelVersion } from "../registry/load-version.ts";
import type { VersionFiles } from "./version-files.ts";
import { PARITY_CLAIM_V1 } from "../../generated/parity-claim-v1.js";

/** The author's claim; `problem` says why a file that is there could not be read. */
export interface Claim {
  readonly file: string;
  readonly claim: ParityClaim | null;
  readonly problem: string | null;
}

/** Reads parity.json if the manifest lists it. MODEL_FILE_CHANGED. */
export async function readClaim(version: ModelVersion, files: VersionFiles): Promise<Claim> {
  const file = `${version.folder}/parity.json`;
  const bytes = await files.readIfListed("parity.json");
  if (!bytes) return { file, claim: null, problem: null };
  const read = tried(() => checkSchema<ParityClaim>(parseJson(bytes, file), PARITY_CLAIM_V1));
  if (read instanceof GateError) return { file, claim: null, problem: read.problems[0].message };
  const { cases, outputs, max_abs_diff } = read;
  return { file, claim: { cases, outputs, max_abs_diff }, problem: null };
}

/** What the measurement contradicts; a claim that cannot be read is broken too. */
export function claimFindings(
  claim: Claim,
  measured: { cases: number; outputs: readonly OutputReport[] },
): Finding[] {
  const { file } = claim;
  if (claim.claim) return brokenClaims(claim.claim, measured, file);
  if (claim.problem === null) return [];
  return [{ code: "PARITY_CLAIM_BROKEN", message: `The claim cannot be read: ${claim.problem}`, file }];
}
