import {
  transact,
  type TransactionOptions,
  type TransitionPorts,
  type TransitionResult,
} from "./transition/transact.ts";
import type { InEnvironment } from "./transition/asks.ts";

/** Proposes to turn the kill switch on for the version in production, or for the one named: it keeps its slot and stops serving. */
export function disable(
  ports: TransitionPorts,
  ask: InEnvironment,
  options: TransactionOptions,
): Promise<TransitionResult> {
  return transact(ports, { ...ask, event: "DISABLE", phase: null }, options);
}
