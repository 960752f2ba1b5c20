import { checkSchema } from "../../../domain/document/check-schema.ts";
import { parseJson } from "../../../domain/document/json.ts";
import type { Finding, Measurement, RunnerFingerprint } from "../../../domain/evidence.ts";
import { GateError, tried } from "../../../errors.ts";
import { BENCH_CLAIM_V1 } from "../../../generated/bench-claim-v1.js";

/** `bench.json` as its schema describes it, as far as it is compared. */
interface BenchClaim {
  readonly machine: { readonly cpu: string };
  readonly batches: readonly { readonly batch: number; readonly p95_ms: number }[];
}

/** A claim may be this much too good: the author's machine was as quiet as a machine gets. */
const SLACK = 1.5;
/** What a call may cost on top in another language, with other models in the cache. */
const OVERHEAD_MS = 0.1;

/**
 * Claims of `bench.json` that the measurement contradicts: on the CPU that the claim names, the lower bound of p95 is
 * above 1.5 times the claimed p95 and 0.1 ms. Claims are never trusted, so on another CPU they are not even compared; nor where
 * its name says none, nor on a noisy runner.
 */
export function benchClaimFindings(
  claim: { readonly bytes: Uint8Array; readonly file: string },
  measurements: readonly Measurement[],
  runner: RunnerFingerprint,
): Finding[] {
  const claimed = readClaim(claim);
  if ("code" in claimed) return [claimed];
  if (claimed.machine.cpu !== runner.cpu_model || !namesCpu(runner.cpu_model)) return [];
  return claimed.batches.flatMap(({ batch, p95_ms: limit }) => {
    const found = measurements.find(({ metric }) => metric === `benchmark.p95_batch${batch}_ms`);
    const low = found?.state === "measured" ? found.interval?.low : undefined;
    if (low === undefined || low <= limit * SLACK + OVERHEAD_MS) return [];
    const message = `p95 at batch ${batch} is claimed to be ${limit} ms; on the same CPU it is ${low} ms or more.`;
    return [{ code: "BENCHMARK_CLAIM_BROKEN", message, file: claim.file }];
  });
}

/** Hypervisors call most different machines `Intel(R) Xeon(R) Processor` or `QEMU Virtual CPU version 2.5+`. */
function namesCpu(name: string): boolean {
  return /\d/.test(name) && !/virtual|qemu|kvm/i.test(name);
}

function readClaim({
  bytes,
  file,
}: {
  readonly bytes: Uint8Array;
  readonly file: string;
}): BenchClaim | Finding {
  const read = tried(() => checkSchema<BenchClaim>(parseJson(bytes, file), BENCH_CLAIM_V1));
  if (!(read instanceof GateError)) return read;
  return { code: "BENCHMARK_CLAIM_UNREADABLE", message: read.problems[0].message, file };
}
