import { gateError } from "../../errors.ts";
import { openPorts } from "../../host/wiring.ts";
import { trustLines } from "../../report/trust.ts";
import { writeSigners } from "../../usecases/trust-change/change-trust.ts";
import { SIGNERS_FILE, TRUST_FILE } from "../../domain/policy-files.ts";
import { parseTrust, TRUST_SIZE_LIMIT, type TrustRegistry } from "../../trust/registry.ts";
import type { CommandContext } from "../context.ts";

/** `modelgate trust list`. */
export async function run(
  context: CommandContext,
  options: { readonly writeSigners?: boolean },
): Promise<number> {
  const { files } = await openPorts(context.surroundings);
  const bytes = await files.readIfExists(TRUST_FILE, TRUST_SIZE_LIMIT);
  if (!bytes) throw gateError("TRUST_FILE_MISSING", `There is no ${TRUST_FILE}.`);
  const registry = parseTrust(bytes);
  if (options.writeSigners) await writeSigners(files, bytes);
  context.console.data(listed(registry));
  context.console.text(trustLines(registry).join("\n"));
  if (options.writeSigners) context.console.note(`Wrote ${SIGNERS_FILE}`);
  return 0;
}

/** The registry without key objects and key texts. */
function listed({ version, owners, principals, commits, manifestSignature, revoked }: TrustRegistry) {
  return {
    version,
    owners,
    principals: principals.map(({ id, github, roles, keys }) => ({
      id,
      github,
      roles,
      keys: keys.map((key) => ({
        id: key.id,
        kind: key.kind,
        fingerprint: key.fingerprint,
        roles: key.roles,
        ...key.standing,
      })),
    })),
    commits,
    manifest_signature: manifestSignature,
    revoked: { datasets: revoked.datasets, trainer_code: revoked.trainerCode },
  };
}
