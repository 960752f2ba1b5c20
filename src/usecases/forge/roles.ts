import type { Reviewers } from "../../ports/forge.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { Git } from "../../ports/git.ts";
import { readBase } from "../gate/base.ts";
import type { TransitionRequest } from "../request.ts";

/** Role -> who holds it. */
export type RoleHolders = Readonly<Record<string, Reviewers>>;

/** Whose review a request needs: holders of the roles that the matching policies of the base commit ask for. */
export async function reviewersFor(
  git: Git,
  of: { readonly request: TransitionRequest; readonly baseCommit: string; readonly roles: RoleHolders },
): Promise<Reviewers> {
  const { policies } = await readBase(git, of.baseCommit, of.request);
  const asked = matchingPolicies(policies.policies, of.request).flatMap(
    ({ requires }) => requires.approvals?.role ?? [],
  );
  const holders = [...new Set(asked)].flatMap((role) =>
    Object.hasOwn(of.roles, role) ? (of.roles[role] ?? []) : [],
  );
  return {
    people: [...new Set(holders.flatMap(({ people }) => people))],
    teams: [...new Set(holders.flatMap(({ teams }) => teams))],
  };
}
