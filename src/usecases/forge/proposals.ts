import type { Forge } from "../../forge-port.ts";
import type { Git } from "../../ports.ts";
import type { Proposals } from "../transition/proposals.ts";
import { keepRefusal } from "./keep-refusal.ts";
import { proposePullRequest } from "./propose-pull-request.ts";
import type { RoleHolders } from "./roles.ts";

/** Pull requests and branches of a forge, which makes and signs every commit. */
export function forgeProposals(ports: { git: Git; forge: Forge }, roles: RoleHolders): Proposals {
  return {
    propose: (decision, options) => proposePullRequest(ports, decision, { ...options, roles }),
    refuse: (decision, options) => keepRefusal(ports, decision, options),
  };
}
