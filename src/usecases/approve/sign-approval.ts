import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import type { Signer } from "../../ports/signing.ts";
import { approvalPayload } from "../../trust/approval/statement.ts";
import { NAMESPACES } from "../../trust/ssh/sshsig.ts";

/** An approval that no key has signed yet. */
export type UnsignedApproval = Omit<ApprovalStatement, "key" | "signature">;

/** The statement with the signature of a key that it names; without a signer both are null. SIGNING_*. */
export async function signApproval(
  unsigned: UnsignedApproval,
  signer: Signer | null,
): Promise<ApprovalStatement> {
  if (!signer) return { ...unsigned, key: null, signature: null };
  const named = { ...unsigned, key: signer.key.fingerprint };
  const blob = await signer.sign(approvalPayload(named), NAMESPACES.approval);
  return { ...named, signature: Buffer.from(blob).toString("base64") };
}
