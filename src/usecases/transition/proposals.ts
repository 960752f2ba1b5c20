import type { Git } from "../../ports/git.ts";
import type { Decision } from "../gate/decision.ts";
import { type Proposal, proposeTransition, type ProposeOptions } from "./propose.ts";
import type { Base } from "./base.ts";
import { branchTip } from "./branches.ts";
import { recordRefusal, type Refusal } from "./refusals.ts";

/** Where decisions are written: to a plain repository, or to a forge that reviews and merges them. */
export interface Proposals {
  /** Refuses, before anything is measured, what could not be proposed onto this base in the end. */
  readonly ready: (base: Base, now: Date) => Promise<void>;
  /** Writes a decision that may merge so that somebody can merge it. */
  readonly propose: (decision: Decision, options: ProposeOptions) => Promise<Proposal>;
  /** Keeps a decision that may not merge, with its evidence. */
  readonly refuse: (decision: Decision, options: ProposeOptions) => Promise<Refusal>;
  /** Where the branch of a base is now, with its commits at hand; null when it is gone. */
  readonly newBase: (judged: Base) => Promise<string | null>;
}

/** Branches of the local repository; somebody else pushes and merges them. */
export function gitProposals(git: Git): Proposals {
  return {
    ready: async () => {},
    propose: (decision, options) => proposeTransition({ git }, decision, options),
    refuse: (decision, options) => recordRefusal({ git }, decision, options),
    newBase: ({ branch }) => branchTip(git, branch),
  };
}
