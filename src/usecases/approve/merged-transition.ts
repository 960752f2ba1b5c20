import type { ApprovedTransition } from "../../domain/approval-statement.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Transition } from "../../domain/ledger.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import { readChange } from "../proof/change.ts";
import { readStoredPack } from "../proof/stored-pack.ts";
import { proposedIn } from "./carried-approvals.ts";
import { VERDICT_V1 } from "../../generated/verdict-v1.js";

/** A transition that a commit of the line brought. */
export interface Merged {
  readonly commit: string;
  readonly parent: string;
  readonly transition: Transition;
  /** Full name of the branch. */
  readonly ref: string;
}

/**
 * What was approved of a promotion that is merged: the check proved it, so that its verdict is taken as it is stored.
 * CHECK_*, EVIDENCE_*, DOCUMENT_*, GIT_OBJECT_*.
 */
export async function mergedTransition(
  git: Git & Pick<GitObjects, "object">,
  { commit, parent, transition, ref }: Merged,
): Promise<ApprovedTransition> {
  const change = await readChange(git, { base: parent, head: commit });
  const stored = await readStoredPack(git, change, transition);
  const file = `${stored.folder}/verdict.json`;
  const verdict = parseJson(stored.files.get("verdict.json") ?? new Uint8Array(), file);
  const told = checkSchema<Verdict>(verdict, VERDICT_V1);
  return { ...(await proposedIn({ git, change, stored, told }, ref)), ref };
}
