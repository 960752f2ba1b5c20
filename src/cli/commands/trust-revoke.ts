import { type Digest, isDigest } from "../../domain/digest.ts";
import { gateError } from "../../errors.ts";
import { openForge, tokenOf } from "../../host/open-forge.ts";
import { ending, revocation } from "../../trust/file/edits.ts";
import type { CommandContext } from "../context.ts";
import { change, type Rewriting } from "../trust-change.ts";

interface RevokeOptions extends Rewriting {
  readonly dataset?: string;
  readonly trainerCode?: string;
  readonly reason: string;
  readonly repository?: string;
}

/** `modelgate trust revoke KEY`, or `--dataset DIGEST`, or `--trainer-code DIGEST`: exactly one. */
export async function run(
  context: CommandContext,
  key: string | undefined,
  options: RevokeOptions,
): Promise<number> {
  const { dataset, trainerCode, reason, repository } = options;
  const asked = [key, dataset, trainerCode].filter((one) => one !== undefined);
  if (asked.length !== 1) throw gateError("TRUST_REVOKE_WHAT", `${asked.length} things are named.`);
  const forge =
    repository === undefined
      ? undefined
      : await openForge({ env: process.env, signal: context.signal }, tokenOf(process.env), repository);
  const edit =
    key !== undefined
      ? ending({ key, as: "revoked", reason })
      : revocation({
          what: dataset !== undefined ? "datasets" : "trainer_code",
          digest: digest(asked[0] ?? ""),
          reason,
        });
  const openPullRequests = forge && (() => forge.openPullRequests());
  return change(context, { ...options, openPullRequests, revokes: true }, edit);
}

function digest(text: string): Digest {
  if (isDigest(text)) return text;
  throw gateError("TRUST_REVOKE_WHAT", `${JSON.stringify(text.slice(0, 80))} is no digest.`, {
    fix: "Write sha256: and 64 lower-case hex digits, as the manifest has it.",
  });
}
