import type { ParityRules } from "../../domain/parity-rules.ts";
import type { Engine } from "../../ports/engine.ts";
import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";
import type { Machine, Progress } from "../../ports/machine.ts";
import type { OpenKeyless } from "../../ports/signing.ts";
import type { BenchmarkOptions } from "../measure/benchmark.ts";
import type { ModelVersion } from "../registry/load-version.ts";
import type { RunContext } from "../run-context.ts";
import type { Ground } from "../trust/ground.ts";

/** What measuring needs of the outside. */
export interface MeasurePorts {
  readonly files: Files;
  readonly git: Git;
  readonly engine: Engine;
  readonly machine: Machine;
  readonly progress: Progress;
  /** Left out where keyless bundles cannot be verified: they are refused then. */
  readonly openKeyless?: OpenKeyless;
}

/** One run's measuring: the candidate, next to the live version where there is one. */
export interface MeasureTask {
  readonly candidate: ModelVersion;
  readonly live: ModelVersion | null;
  readonly run: RunContext;
  /** Who is trusted to have signed the candidate. */
  readonly ground: Ground;
  /** Of the policies that judge; the defaults when it is left out. */
  readonly rules?: ParityRules;
  readonly benchmark?: BenchmarkOptions;
  readonly signal?: AbortSignal;
}
