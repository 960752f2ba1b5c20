import {
  transact,
  type TransactionOptions,
  type TransitionPorts,
  type TransitionResult,
} from "./transition/transact.ts";
import type { Everywhere } from "./transition/asks.ts";

/** Proposes to revoke a version everywhere at once: it leaves every slot and target, and production falls back. */
export function revoke(
  ports: TransitionPorts,
  ask: Everywhere,
  options: TransactionOptions,
): Promise<TransitionResult> {
  return transact(ports, { ...ask, environment: null, event: "REVOKE", phase: null }, options);
}
