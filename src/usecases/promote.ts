import type { ModelRef } from "../domain/model-ref.ts";
import type { SlotName } from "../domain/lifecycle.ts";
import { SLOT_EVENT } from "./run-context.ts";
import {
  transact,
  type TransactionOptions,
  type TransitionPorts,
  type TransitionResult,
} from "./transition/transact.ts";

export interface PromoteAsk {
  readonly ref: ModelRef;
  readonly to: SlotName;
  readonly environment: string;
  /** For a canary, for example "5%". */
  readonly phase: string | null;
  readonly reason: string;
  readonly requestedBy: string;
}

/** Proposes a version for the next slot of an environment, or keeps the refusal. */
export function promote(
  ports: TransitionPorts,
  ask: PromoteAsk,
  options: TransactionOptions,
): Promise<TransitionResult> {
  const { ref, to, ...rest } = ask;
  return transact(ports, { ...rest, event: SLOT_EVENT[to], model: ref.id, version: ref.version }, options);
}
