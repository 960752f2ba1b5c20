import { LEDGER_FILE } from "../../domain/ledger.ts";
import { gateError } from "../../errors.ts";
import type { Branch, Git } from "../../ports/git.ts";
import { PROPOSALS } from "../transition/branches.ts";

/** A proposal on a branch of this repository, and the branch that it goes into. */
export interface FoundProposal {
  readonly branch: string;
  /** Where the branch points. */
  readonly tip: string;
  readonly base: Branch;
}

/** What somebody calls a proposal, and where it goes; both may be left out. */
export interface NamedProposal {
  /** `promote/prod/churn`, `prod/churn`, or `churn` when that is enough. */
  readonly proposal?: string | undefined;
  /** Branch that it goes into; by default the one that is checked out, or main where that is the proposal. */
  readonly onto?: string | undefined;
}

/**
 * The proposal that somebody means. APPROVE_PROPOSAL_UNKNOWN, APPROVE_AMBIGUOUS when more than one waits and none is named,
 * APPROVE_NOTHING when it is merged already, GIT_UNKNOWN_REVISION when there is no such branch to go into.
 */
export async function findProposal(git: Git, named: NamedProposal): Promise<FoundProposal> {
  const { branch: here } = await git.head();
  const waiting = await git.branches(PROPOSALS);
  const current = waiting.find(({ name }) => name === here);
  const name = named.onto ?? (current || here === null ? "main" : here);
  const base = await git.resolve(`refs/heads/${name}`);
  if (base === undefined)
    throw gateError("GIT_UNKNOWN_REVISION", `There is no branch ${JSON.stringify(name)} to merge into.`, {
      fix: "Name the branch that the proposal goes into: --onto BRANCH",
    });
  const onto = { name, commit: base };
  const found = await chosen(git, { waiting, current, onto }, named.proposal);
  if (await git.isAncestor(found.commit, base))
    throw gateError("APPROVE_NOTHING", `${found.name} is merged into ${name} already.`);
  return { branch: found.name, tip: found.commit, base: onto };
}

interface Choice {
  readonly waiting: readonly Branch[];
  /** The one that is checked out. */
  readonly current: Branch | undefined;
  readonly onto: Branch;
}

async function chosen(git: Git, of: Choice, proposal: string | undefined): Promise<Branch> {
  if (proposal === undefined && of.current) return of.current;
  const candidates =
    proposal === undefined ? await open(git, of) : of.waiting.filter(({ name }) => isMeant(name, proposal));
  const exact = candidates.find(({ name }) => name === proposal);
  if (exact) return exact;
  const [one, ...others] = candidates;
  if (!one) throw unknown(proposal);
  if (others.length === 0) return one;
  const names = candidates.slice(0, 8).map(({ name }) => name);
  throw gateError("APPROVE_AMBIGUOUS", `It may be any of ${names.join(", ")}.`);
}

/** Proposals that change deployed.json and are not merged yet. */
async function open(git: Git, { waiting, onto }: Choice): Promise<readonly Branch[]> {
  const found: Branch[] = [];
  for (const branch of waiting) {
    if (await git.isAncestor(branch.commit, onto.commit)) continue;
    if (await git.show(branch.commit, LEDGER_FILE)) found.push(branch);
  }
  return found;
}

function isMeant(name: string, proposal: string): boolean {
  return name === proposal || name.endsWith(`/${proposal}`);
}

function unknown(proposal: string | undefined): Error {
  const message =
    proposal === undefined
      ? `No branch below ${PROPOSALS} waits here.`
      : `There is no proposal ${JSON.stringify(proposal.slice(0, 120))} here.`;
  return gateError("APPROVE_PROPOSAL_UNKNOWN", message);
}
