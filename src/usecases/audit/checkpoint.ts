import { transitionCount } from "../../domain/ledger.ts";
import type { AuditReport, Checkpoint } from "../../domain/audit.ts";
import { gateError, type Problem, problem, refuse } from "../../errors.ts";
import { checkpointPayload } from "../../ledger/audit/checkpoint.ts";
import type { Signer } from "../../ports/signing.ts";
import { decodeBase64 } from "../../trust/base64.ts";
import { isTrusted, judgeKey } from "../../trust/judge-key.ts";
import type { Role } from "../../trust/roles.ts";
import { NAMESPACES, parseSshSignature, verifySshSignature } from "../../trust/ssh/sshsig.ts";
import { takeAsGiven } from "./given.ts";
import type { Walk } from "./walk.ts";

/** Who may say where an audit ended. */
const SIGNERS: readonly Role[] = ["gate-bot", "policy-owner"];

/**
 * Goes on from a checkpoint: it must stand where it stood on the line, be signed by a trusted key where there are any,
 * and fit the commit that it names. Returns the position of its head. AUDIT_HISTORY_REWRITTEN, AUDIT_CHECKPOINT_INVALID,
 * AUDIT_CHECKPOINT_UNSIGNED, SIGNATURE_*, TRUST_KEY_*, TRUST_ROLE_MISSING.
 */
export async function goOnFrom(walk: Walk, checkpoint: Checkpoint): Promise<number> {
  const position = checkpoint.count - 1;
  refuse(moved(walk, checkpoint));
  await takeAsGiven(walk, position);
  refuse(unfit(walk, checkpoint));
  refuse(signatureProblems(walk, checkpoint, "now"));
  walk.trustRoot = checkpoint.trust_root;
  for (const [key, version] of Object.entries(checkpoint.policy_versions))
    walk.versions.set(key, Math.max(walk.versions.get(key) ?? 0, version));
  return position;
}

function moved({ line, places }: Walk, { head, count }: Checkpoint): Problem[] {
  if (line[count - 1] === head) return [];
  const at = places.get(head);
  const is = at === undefined ? "it is not on the line any more" : `it is commit ${at + 1} now`;
  const text = `The checkpoint's head ${head} was commit ${count} of the line; ${is}.`;
  return [problem("AUDIT_HISTORY_REWRITTEN", text)];
}

const FACTS = ["transitions", "ledger_digest", "trust_digest"] as const;

/** What is in force after the last commit that was walked. */
function inForce({ lawful, trust }: Walk): Pick<Checkpoint, (typeof FACTS)[number]> {
  return {
    transitions: lawful ? transitionCount(lawful.ledger) : null,
    ledger_digest: lawful ? lawful.digest : null,
    trust_digest: trust ? trust.digest : null,
  };
}

function unfit(walk: Walk, checkpoint: Checkpoint): Problem[] {
  const facts = inForce(walk);
  return FACTS.map((name) => [name, checkpoint[name], facts[name]] as const)
    .filter(([, told, is]) => told !== is)
    .map(([name, told, is]) =>
      problem("AUDIT_CHECKPOINT_INVALID", `Its ${name} is ${told}; the commit has ${is}.`),
    );
}

/**
 * Whether a checkpoint's signature is one of a key that is trusted now, or was and is not revoked (`earlier`).
 * AUDIT_CHECKPOINT_UNSIGNED, AUDIT_CHECKPOINT_INVALID, SIGNATURE_*, TRUST_*.
 */
export function signatureProblems(walk: Walk, checkpoint: Checkpoint, use: "now" | "earlier"): Problem[] {
  if (!walk.trust) return [];
  const { signature } = checkpoint;
  if (signature === null) return [problem("AUDIT_CHECKPOINT_UNSIGNED", "The checkpoint has no signature.")];
  const blob = decodeBase64(signature);
  if (!blob) throw gateError("AUDIT_CHECKPOINT_INVALID", "The signature of the checkpoint is not base64.");
  const of = { payload: checkpointPayload(checkpoint), namespace: NAMESPACES.checkpoint };
  const { fingerprint } = verifySshSignature(parseSshSignature(blob), of);
  const judged = judgeKey(walk.trust, { fingerprint, roles: SIGNERS, use });
  return isTrusted(judged) ? [] : [judged];
}

/**
 * What the next audit may go on from; only after an audit that found nothing to object to. Null when it must be signed, and
 * nobody signs. A key that is not trusted with it is refused: TRUST_KEY_*, TRUST_ROLE_MISSING.
 */
export async function checkpointOf(
  walk: Walk,
  report: Pick<AuditReport, "head" | "count" | "commits">,
  { before, signer }: { before: Checkpoint | null; signer: Signer | null },
): Promise<Checkpoint | null> {
  if (walk.trust && !signer) return null;
  const lapses = report.commits.filter(({ outcome }) => outcome === "EXCEPTED");
  const earlier = before ?? { excepted: 0, lapse: null };
  const plain: Checkpoint = {
    schema_version: "modelgate/checkpoint/v1",
    head: report.head,
    count: report.count,
    ...inForce(walk),
    trust_root: walk.trustRoot,
    policy_versions: Object.fromEntries(walk.versions),
    excepted: earlier.excepted + lapses.length,
    lapse: lapses.at(-1)?.commit ?? earlier.lapse,
    signature: null,
  };
  if (!signer) return plain;
  const blob = await signer.sign(checkpointPayload(plain), NAMESPACES.checkpoint);
  const signed = { ...plain, signature: Buffer.from(blob).toString("base64") };
  refuse(signatureProblems(walk, signed, "now"));
  return signed;
}
