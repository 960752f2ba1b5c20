import { approveReasons } from "./approve.ts";
import { attestationReasons } from "./attestation.ts";
import { auditReasons } from "./audit.ts";
import { artifactsReasons } from "./artifacts.ts";
import { claimsReasons } from "./claims.ts";
import { checkReasons } from "./check.ts";
import { doctorReasons } from "./doctor.ts";
import { documentsReasons } from "./documents.ts";
import { engineReasons } from "./engine.ts";
import { evidenceReasons } from "./evidence.ts";
import { filesReasons } from "./files.ts";
import { forgeReasons } from "./forge.ts";
import { gateReasons } from "./gate.ts";
import { gitReasons } from "./git.ts";
import { hostReasons } from "./host.ts";
import { initReasons } from "./init.ts";
import { ledgerReasons } from "./ledger.ts";
import { manifestReasons } from "./manifest.ts";
import { measureReasons } from "./measure.ts";
import { modelsReasons } from "./models.ts";
import { omsReasons } from "./oms.ts";
import { policyReasons } from "./policy.ts";
import type { Reason } from "./reason.ts";
import { signatureReasons } from "./signature.ts";
import { trustReasons } from "./trust.ts";
import { trustRegistryReasons } from "./trust-registry.ts";

const all = {
  ...evidenceReasons,
  ...filesReasons,
  ...documentsReasons,
  ...manifestReasons,
  ...modelsReasons,
  ...policyReasons,
  ...gateReasons,
  ...ledgerReasons,
  ...gitReasons,
  ...checkReasons,
  ...forgeReasons,
  ...artifactsReasons,
  ...claimsReasons,
  ...measureReasons,
  ...engineReasons,
  ...hostReasons,
  ...doctorReasons,
  ...initReasons,
  ...auditReasons,
  ...signatureReasons,
  ...trustReasons,
  ...trustRegistryReasons,
  ...omsReasons,
  ...attestationReasons,
  ...approveReasons,
};

/** Every reason code the product can print. Codes are stable: they are never renamed or reused. */
export type ReasonCode = keyof typeof all;

export const reasons: Readonly<Record<ReasonCode, Reason>> = all;
