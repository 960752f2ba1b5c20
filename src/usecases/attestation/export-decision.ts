import { digestOf } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { gateError } from "../../errors.ts";
import { VERDICT_V1 } from "../../generated/verdict-v1.js";
import type { Files } from "../../ports/files.ts";
import { type DecisionFacts, testResultStatement, vsaStatement } from "../../report/in-toto.ts";
import { packOf } from "../proof/stored-pack.ts";

export const EXPORTS = ["vsa", "test-result"] as const;
export type ExportKind = (typeof EXPORTS)[number];

export interface ExportRequest {
  readonly kind: ExportKind;
  /** Folder of an evidence pack, relative to the root of `files`. */
  readonly folder: string;
  readonly version: string;
  readonly verifierId: string;
  /** Of what was decided; null names version and environment. */
  readonly resourceUri: string | null;
}

/**
 * The in-toto statement of a stored decision, as bytes to sign. The pack must be whole, and its verdict be about what the
 * pack is about; whether the verdict follows from the evidence is proved by `modelgate verify`.
 * CHECK_PACK_*, EVIDENCE_*, DOCUMENT_*, CHECK_VERDICT_MISMATCH.
 */
export async function exportDecision(files: Files, request: ExportRequest): Promise<Uint8Array> {
  const facts = await decisionFacts(files, request);
  const statement = request.kind === "vsa" ? vsaStatement(facts) : testResultStatement(facts);
  return Buffer.from(JSON.stringify(statement));
}

async function decisionFacts(files: Files, request: ExportRequest): Promise<DecisionFacts> {
  const { folder, version, verifierId } = request;
  const all = new Map<string, Uint8Array>();
  for (const { path } of await files.list(folder)) {
    const name = path.slice(folder.length + 1);
    // Approvals are bound to the digest of pack.json and prove themselves.
    if (!name.startsWith("approvals/")) all.set(name, await files.read(path));
  }
  const { pack, bytes, files: packed } = packOf(folder, all);
  const file = `${folder}/verdict.json`;
  const verdict = checkSchema<Verdict>(
    parseJson(packed.get("verdict.json") ?? Buffer.from(""), file),
    VERDICT_V1,
  );
  requireSameDecision(verdict, pack, file);
  const { model_id: id, version: number } = pack.subject;
  const uri = request.resourceUri ?? `modelgate:${id}@${number}/${pack.environment ?? "everywhere"}`;
  return { pack, packDigest: digestOf(bytes), folder, verdict, version, verifierId, resourceUri: uri };
}

function requireSameDecision(verdict: Verdict, pack: DecisionFacts["pack"], file: string): void {
  const [told, packed] = [verdict, pack].map((each) => JSON.stringify(bindingsOf(each)));
  if (told === packed) return;
  throw gateError("CHECK_VERDICT_MISMATCH", "The verdict is about something else than its pack.", {
    where: { file },
  });
}

function bindingsOf(of: Verdict | DecisionFacts["pack"]): unknown {
  const { run_id, event, environment, canary_phase, base_commit, policy_digest, subject } = of;
  const { model_id, version, manifest_digest, artifact_digest } = subject;
  return [
    run_id,
    event,
    environment,
    canary_phase,
    base_commit,
    policy_digest,
    model_id,
    version,
    manifest_digest,
    artifact_digest,
  ];
}
