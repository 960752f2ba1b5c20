import type { Evidence } from "../../domain/evidence.ts";
import { type ModelSignature, modelSignatureOf } from "../../domain/model-signature.ts";
import { type ReasonCode, reasons } from "../../domain/reasons/catalogue.ts";
import type { RequirementVerdict } from "../../domain/verdict.ts";
import { isExpectedIdentity } from "../../domain/identity.ts";
import type { SignerWish } from "../policy.ts";

const ID = "model-signature";

/** Whether the model's files were signed by whom the policy wants, as the integrity evidence tells. */
export function judgeModelSignature(wish: SignerWish, evidence: readonly Evidence[]): RequirementVerdict {
  const integrity = evidence.filter(({ kind }) => kind === "integrity");
  if (integrity.length === 0) return refused("EVIDENCE_MISSING", "There is no integrity evidence.");
  const signatures = integrity.map(({ details }) => modelSignatureOf(details));
  const wanted = describeWish(wish);
  if (signatures.includes(null))
    return refused("GATE_MODEL_UNSIGNED", `Nobody signed the model; wanted is ${wanted}.`);
  const wrong = signatures.filter((each) => each !== null).find((each) => !isWanted(each, wish));
  if (wrong) return refused("GATE_MODEL_SIGNER_WRONG", `Signed by ${describe(wrong)}; wanted is ${wanted}.`);
  return { id: ID, outcome: "PASS", reason: null, says: `Signed by ${wanted}.`, fix: "" };
}

function isWanted(signature: ModelSignature, { principal, keyless }: SignerWish): boolean {
  if (signature.method === "key") return signature.principal === principal;
  return (
    keyless !== null && isExpectedIdentity(signature.identity, keyless) && signature.issuer === keyless.issuer
  );
}

function describe(signature: ModelSignature): string {
  return signature.method === "key" ? signature.principal : `${signature.identity} (${signature.issuer})`;
}

function describeWish({ principal, keyless }: SignerWish): string {
  const identity = keyless ? [`${keyless.identity} (${keyless.issuer})`] : [];
  return [...(principal === null ? [] : [principal]), ...identity].join(" or ");
}

function refused(reason: ReasonCode, says: string): RequirementVerdict {
  return { id: ID, outcome: "FAIL", reason, says: says.slice(0, 1000), fix: reasons[reason].fix };
}
