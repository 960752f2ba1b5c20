import { type Digest } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import type { Document } from "../../domain/document/document.ts";
import { parseJson } from "../../domain/document/json.ts";
import { gateError, problem, type Problem, refuse } from "../../errors.ts";
import { VSA_V1 } from "../../generated/vsa-v1.js";

/** What a consumer expects of a verification summary; a signature alone says only that somebody verified something. */
export interface ExpectedSummary {
  /** The artifact, by digest. */
  readonly subject: Digest;
  readonly verifierId: string;
  readonly resourceUri: string;
  /** Must be among the verified levels, for example MODELGATE_PROMOTE_TO_PRODUCTION. */
  readonly level: string;
}

interface Summary {
  readonly subject: readonly { readonly digest: { readonly sha256?: string } }[];
  readonly predicateType: string;
  readonly predicate: {
    readonly verifier: { readonly id: string };
    readonly resourceUri: string;
    readonly verificationResult: string;
    readonly verifiedLevels: readonly string[];
  };
}

const PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1";

/**
 * Checks what SLSA tells consumers of a verification summary to check besides its signature, all of it: subject, predicate
 * type, verifier, resource, result, level. ATTESTATION_TYPE, ATTESTATION_MISMATCH for each that differs, DOCUMENT_*.
 */
export function checkSummary(payload: Uint8Array, file: string, expected: ExpectedSummary): void {
  const document = parseJson(payload, `${file} (statement)`);
  const type: unknown = (document.value as { predicateType?: unknown } | null)?.predicateType;
  if (typeof type === "string" && type !== PREDICATE_TYPE) {
    const message = `The statement is a ${JSON.stringify(type.slice(0, 80))}, no verification summary.`;
    throw gateError("ATTESTATION_TYPE", message, { where: document.place("/predicateType") });
  }
  const { subject, predicate } = checkSchema<Summary>(document, VSA_V1);
  const wanted = expected.subject.slice("sha256:".length);
  refuse([
    ...(subject.some(({ digest }) => digest.sha256 === wanted)
      ? []
      : [differs(document, "/subject", `No subject has the digest ${expected.subject}.`)]),
    ...unequal(document, "/predicate/verifier/id", [predicate.verifier.id, expected.verifierId]),
    ...unequal(document, "/predicate/resourceUri", [predicate.resourceUri, expected.resourceUri]),
    ...unequal(document, "/predicate/verificationResult", [predicate.verificationResult, "PASSED"]),
    ...(predicate.verifiedLevels.includes(expected.level)
      ? []
      : [differs(document, "/predicate/verifiedLevels", `${expected.level} is not among them.`)]),
  ]);
}

function unequal(document: Document, pointer: string, [is, wanted]: readonly [string, string]): Problem[] {
  if (is === wanted) return [];
  const [found, expected] = [is, wanted].map((text) => JSON.stringify(text.slice(0, 200)));
  return [differs(document, pointer, `It is ${found}; expected is ${expected}.`)];
}

function differs(document: Document, pointer: string, message: string): Problem {
  return problem("ATTESTATION_MISMATCH", message, { where: document.place(pointer) });
}
