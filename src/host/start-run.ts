import { randomBytes } from "node:crypto";
import type { RunStart } from "../usecases/run-context.ts";

/** Reads the clock, once for the whole run, and draws what tells runs of one second apart. */
export function startRun(seed: number): RunStart {
  return { now: new Date(), nonce: randomBytes(4).toString("hex"), seed };
}
