import type { Reason } from "./reason.ts";

export const evidenceReasons = {
  EVIDENCE_KIND_MISMATCH: {
    meaning: "An evidence file holds another kind of evidence than its name says.",
    fix: "Name each file after its kind, or measure again: modelgate measure KIND ID@VERSION --out DIR.",
    exit: 1,
  },
  EVIDENCE_POLICY_MISMATCH: {
    meaning: "The evidence pack was made for other policies than those of the base commit.",
    fix: "Run the gate again on the present base, so that the pack is made for the policies in force.",
    exit: 1,
  },
  EVIDENCE_BASE_MISMATCH: {
    meaning: "The evidence pack was made on another base commit.",
    fix: "Run the gate again on the present base commit.",
    exit: 1,
  },
  EVIDENCE_LEDGER_MISMATCH: {
    meaning: "The evidence pack was made against another revision of deployed.json.",
    fix: "Run the gate again: what is live may have changed since.",
    exit: 1,
  },
  EVIDENCE_REQUEST_MISMATCH: {
    meaning: "The evidence pack was made for another event, environment or canary phase.",
    fix: "Run the gate again for the transition that is asked for.",
    exit: 1,
  },
  EVIDENCE_PACK_MISSING: {
    meaning:
      "Stored evidence has no pack.json, which binds it to the base commit, the policies, the ledger and the engine.",
    fix: "Make the pack with modelgate gate --out DIR, or leave --evidence out, so that everything is measured now.",
    exit: 1,
  },
  EVIDENCE_ENGINE_MISMATCH: {
    meaning:
      "Evidence of one run was measured with different builds of the engine, or the pack names another engine.",
    fix: "Measure all kinds in one run with one engine.",
    exit: 1,
  },
  EVIDENCE_UNLISTED: {
    meaning: "An evidence file is not listed in pack.json.",
    fix: "Remove the file, or make the pack again with modelgate gate --out DIR.",
    exit: 1,
  },
  EVIDENCE_DIGEST_MISMATCH: {
    meaning: "An evidence file was changed after its pack was made.",
    fix: "Restore the file from Git, or measure again.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;
