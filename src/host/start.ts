import { randomBytes } from "node:crypto";
import type { RunStart } from "../usecases/run-context.ts";

/** Reads the clock once and makes what tells this run from others. `seed` orders and resamples; the default is 1. */
export function startRun(seed = 1): RunStart {
  return { now: new Date(), nonce: randomBytes(4).toString("hex"), seed };
}
