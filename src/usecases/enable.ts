import {
  transact,
  type TransactionOptions,
  type TransitionPorts,
  type TransitionResult,
} from "./transition/transact.ts";
import type { InEnvironment } from "./transition/asks.ts";

/** Proposes to let a disabled version serve again; gated like any change of what users get. */
export function enable(
  ports: TransitionPorts,
  ask: InEnvironment,
  options: TransactionOptions,
): Promise<TransitionResult> {
  return transact(ports, { ...ask, event: "ENABLE", phase: null }, options);
}
