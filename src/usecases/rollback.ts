import {
  transact,
  type TransactionOptions,
  type TransitionPorts,
  type TransitionResult,
} from "./transition/transact.ts";
import type { InEnvironment } from "./transition/asks.ts";

/** Proposes to put an earlier version back into production: the newest rollback target, or the one named. */
export function rollback(
  ports: TransitionPorts,
  ask: InEnvironment,
  options: TransactionOptions,
): Promise<TransitionResult> {
  return transact(ports, { ...ask, event: "ROLLBACK", phase: null }, options);
}
