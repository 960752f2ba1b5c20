import { formatJson } from "../domain/document/format.ts";
import { rawSamples, type SamplesOf } from "../measure/latency/raw-samples.ts";
import type { ProcessTimes } from "../measure/latency/samples.ts";

/** Takes raw times while something is measured, and gives them as files of an artifact. */
export interface SampleKeeper {
  readonly onSamples: (processes: readonly ProcessTimes[], of: SamplesOf) => void;
  /** `<folder>samples.json` of each version; of one that was measured twice, the last. */
  files(folder?: (of: SamplesOf) => string): readonly (readonly [string, Uint8Array])[];
}

export function keepSamples(): SampleKeeper {
  const kept: (readonly [SamplesOf, Uint8Array])[] = [];
  return {
    onSamples: (processes, of) => void kept.push([of, Buffer.from(formatJson(rawSamples(processes, of)))]),
    files: (folder = () => "") => kept.map(([of, bytes]) => [`${folder(of)}samples.json`, bytes]),
  };
}
