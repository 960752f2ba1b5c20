import type { Checkpoint } from "../../domain/audit.ts";
import { canonicalJson } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { formatJson } from "../../domain/document/format.ts";
import { parseJson } from "../../domain/document/json.ts";
import { CHECKPOINT_V1 } from "../../generated/checkpoint-v1.js";

/** Reads a checkpoint file. What it says is proven elsewhere. DOCUMENT_*. */
export function parseCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  return checkSchema<Checkpoint>(parseJson(bytes, file), CHECKPOINT_V1);
}

export function formatCheckpoint(checkpoint: Checkpoint): string {
  return formatJson(checkpoint);
}

/** The bytes that a checkpoint's signature is over: its RFC 8785 form without `signature`. */
export function checkpointPayload(checkpoint: Checkpoint): Uint8Array {
  const { signature: _signature, ...rest } = checkpoint;
  return Buffer.from(canonicalJson(rest));
}
