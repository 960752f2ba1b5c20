import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import { canonicalJson } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { formatJson } from "../../domain/document/format.ts";
import { parseJson } from "../../domain/document/json.ts";
import { GateError, gateError } from "../../errors.ts";
import { APPROVAL_V1 } from "../../generated/approval-v1.js";

/** Folder of approvals inside of an evidence pack. */
export const APPROVALS_FOLDER = "approvals";

/** 128 KiB: a statement with the most findings that a verdict has. */
export const APPROVAL_SIZE_LIMIT = 128 * 1024;

/** More people than this do not approve one promotion. */
export const MAX_APPROVALS = 32;

const APPROVAL_PATH = /^approvals\/([a-z0-9][a-z0-9._-]{0,99})\.json$/;

/** Whether a path inside of an evidence pack is that of an approval. */
export function isApprovalPath(path: string): boolean {
  return APPROVAL_PATH.test(path);
}

/**
 * Reads one approval, strictly. What it says is proven elsewhere. `path` is that inside of the pack, and names the
 * principal or the reviewer. APPROVAL_MALFORMED, with the place of each problem.
 */
export function parseApproval(bytes: Uint8Array, of: { folder: string; path: string }): ApprovalStatement {
  const file = `${of.folder}/${of.path}`;
  const statement = wellFormed(bytes, file);
  const path = approvalPath(statement);
  if (path === of.path) return statement;
  throw gateError(
    "APPROVAL_MALFORMED",
    `It is the approval of ${statement.principal}, and belongs in ${path}.`,
    {
      where: { file },
    },
  );
}

function wellFormed(bytes: Uint8Array, file: string): ApprovalStatement {
  try {
    const statement = checkSchema<ApprovalStatement>(
      parseJson(bytes, file, APPROVAL_SIZE_LIMIT),
      APPROVAL_V1,
    );
    const wrong = contradiction(statement);
    if (wrong === null) return statement;
    throw gateError("APPROVAL_MALFORMED", wrong.says, { where: { file, pointer: wrong.pointer } });
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    const [{ message, where = { file } }] = error.problems;
    throw gateError("APPROVAL_MALFORMED", message, { where, cause: error });
  }
}

/** What the schema cannot say: fields that go together. */
function contradiction({
  source,
  key,
  signature,
}: ApprovalStatement): { readonly pointer: string; readonly says: string } | null {
  const byKey = source.kind === "key";
  if (Object.keys(source).length !== (byKey ? 1 : 4))
    return { pointer: "/source", says: "Its source says too much or too little." };
  if ((key === null) !== (signature === null) || (byKey && key === null))
    return {
      pointer: "/signature",
      says: "Its key and its signature go together, and who approves by key has both.",
    };
  return null;
}

/** Where an approval lies inside of its pack: by principal, a review on GitHub by login. */
export function approvalPath({ principal, source }: Pick<ApprovalStatement, "principal" | "source">): string {
  const name =
    source.kind === "key" ? principal : `github-${source.reviewer.toLowerCase().replace("[bot]", "")}`;
  return `${APPROVALS_FOLDER}/${name}.json`;
}

/** The bytes that the signature is over: the RFC 8785 form without `signature`. */
export function approvalPayload(statement: Omit<ApprovalStatement, "signature">): Uint8Array {
  const { signature: _signature, ...rest } = statement as ApprovalStatement;
  return Buffer.from(canonicalJson(rest));
}

/** The file of an approval, in canonical spelling. */
export function formatApproval(statement: ApprovalStatement): string {
  return formatJson(statement);
}
