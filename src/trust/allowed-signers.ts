import { keysOf } from "./compare.ts";
import { openSshLine } from "./public-key.ts";
import type { TrustRegistry } from "./registry.ts";

const HEADER = `# Written by modelgate from policies/trust.yaml. Do not edit: modelgate trust writes it again.
# A convenience for git log --show-signature and git verify-commit: what modelgate accepts, git accepts with it. Git accepts
# more: it knows neither roles nor positions in the history, so that only modelgate audit proves who was allowed to do what.
`;

/**
 * The registry as OpenSSH's allowed signers (ssh-keygen(1)): every SSH key that is active or retired, for namespace git
 * alone, without validity by time, which a signer could choose. Retired keys are listed, because what they signed stands.
 */
export function formatAllowedSigners(registry: TrustRegistry): string {
  const lines = keysOf(registry).flatMap(({ holder, key }) =>
    key.key && key.standing.state !== "revoked"
      ? [`${holder} namespaces="git" ${openSshLine(key.key)} ${key.id}\n`]
      : [],
  );
  return `${HEADER}${lines.join("")}`;
}
