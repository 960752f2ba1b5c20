import {
  transact,
  type TransactionOptions,
  type TransitionPorts,
  type TransitionResult,
} from "./transition/transact.ts";
import type { Everywhere } from "./transition/asks.ts";

/** Proposes to retire a version that holds no slot: it leaves the rollback targets and never comes back. */
export function retire(
  ports: TransitionPorts,
  ask: Everywhere,
  options: TransactionOptions,
): Promise<TransitionResult> {
  return transact(ports, { ...ask, environment: null, event: "RETIRE", phase: null }, options);
}
