import type { Forge } from "../../ports/forge.ts";
import type { Git } from "../../ports/git.ts";
import type { Base } from "../transition/base.ts";
import type { Proposals } from "../transition/proposals.ts";
import { keepRefusal } from "./keep-refusal.ts";
import { proveSigning } from "./prove-signing.ts";
import { proposePullRequest } from "./propose-pull-request.ts";
import type { RoleHolders } from "./roles.ts";

interface Ports {
  readonly git: Git;
  readonly forge: Forge;
}

/** Pull requests and branches of a forge, which makes and signs every commit. */
export function forgeProposals(ports: Ports, roles: RoleHolders): Proposals {
  return {
    ready: (base, now) => proveSigning(ports.forge, base, now),
    propose: (decision, options) => proposePullRequest(ports, decision, { ...options, roles }),
    refuse: (decision, options) => keepRefusal(ports, decision, options),
    newBase: (judged) => fetchBase(ports, judged),
  };
}

/** The forge's branch is the base, whatever the clone has of it; its commits are fetched when the clone lacks them. */
async function fetchBase({ git, forge }: Ports, { branch, commit: have }: Base): Promise<string | null> {
  const commit = await forge.branch(branch);
  if (commit === null || (await git.resolve(commit)) !== undefined) return commit;
  await git.fetch(await forge.remote(), { commit, have });
  return commit;
}
