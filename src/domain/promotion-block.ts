import { gateError } from "../errors.ts";
import type { Digest } from "./digest.ts";
import { checkSchema } from "./document/check-schema.ts";
import { formatJson } from "./document/format.ts";
import { parseJson } from "./document/json.ts";
import type { LifecycleEvent } from "./lifecycle.ts";
import { PROMOTION_V1 } from "../generated/promotion-v1.js";

/** What a promotion pull request announces, for machines: the merge must bring exactly this. */
export interface PromotionBlock {
  readonly schema_version: "modelgate/promotion/v1";
  readonly event: LifecycleEvent;
  readonly model: string;
  readonly version: string;
  readonly environment: string | null;
  readonly canary_phase: string | null;
  /** Number of the revision that merging makes. */
  readonly revision: number;
  /** SHA-256 of the next deployed.json: the pointer, whole. */
  readonly ledger_digest: Digest;
  readonly manifest_digest: Digest;
  readonly policy_digest: Digest;
  readonly evidence_digest: Digest;
  readonly verdict: "PASS" | "WARN";
  readonly run_id: string;
  readonly base_commit: string;
  /** The commit that holds the proposal. */
  readonly commit: string;
}

const OPEN = "<!-- modelgate:promotion\n";
/** At the start of a line: escaped text of others, a reason for one, may say the same but never there. */
const OPENING = /^<!-- modelgate:promotion\n/m;
const CLOSE = "\n-->";
const MAX_BYTES = 16 * 1024;

/** An HTML comment that no reader sees. Nothing in it can end the comment. */
export function formatPromotionBlock(block: PromotionBlock): string {
  const text = formatJson(block).trimEnd();
  return `${OPEN}${text.replaceAll(/[<>&]|-(?=-)/g, escaped)}${CLOSE}`;
}

/**
 * The block in the text of a pull request, which anybody who may write can edit: what it says is compared, never trusted.
 * FORGE_BLOCK_INVALID when there is none, more than one, or one that does not fit its schema.
 */
export function parsePromotionBlock(body: string): PromotionBlock {
  const parts = body.replaceAll("\r\n", "\n").split(OPENING);
  const [, after] = parts;
  if (after === undefined) throw gateError("FORGE_BLOCK_INVALID", "The text has no block of digests.");
  if (parts.length > 2)
    throw gateError("FORGE_BLOCK_INVALID", `The text has ${parts.length - 1} blocks of digests.`);
  const end = after.indexOf(CLOSE);
  if (end < 0) throw gateError("FORGE_BLOCK_INVALID", "The block of digests has no end.");
  try {
    const bytes = Buffer.from(after.slice(0, end));
    return checkSchema<PromotionBlock>(parseJson(bytes, "promotion block", MAX_BYTES), PROMOTION_V1);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw gateError("FORGE_BLOCK_INVALID", `The block of digests cannot be read: ${said}`, { cause });
  }
}

/** These stand inside of JSON strings only, where an escape means the same. */
function escaped(character: string): string {
  return String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
