import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { problem, refuse } from "../../errors.ts";
import type { Disguise, GitObjects } from "../../ports.ts";

const CODES: Readonly<Record<Disguise["kind"], ReasonCode>> = {
  shallow: "GIT_SHALLOW",
  grafts: "AUDIT_CLONE_GRAFTED",
  replaced: "AUDIT_CLONE_REPLACED",
  partial: "AUDIT_CLONE_PARTIAL",
  alternates: "AUDIT_CLONE_ALTERNATES",
};

/**
 * Refuses a clone that shows another history than the one that was pushed, or a part of it. GIT_SHALLOW,
 * AUDIT_CLONE_GRAFTED, AUDIT_CLONE_REPLACED, AUDIT_CLONE_PARTIAL, AUDIT_CLONE_ALTERNATES.
 */
export async function refuseDisguises(git: GitObjects): Promise<void> {
  const found = await git.disguises();
  refuse(found.map(({ kind, detail }) => problem(CODES[kind], `The clone is not whole: ${detail}.`)));
}
