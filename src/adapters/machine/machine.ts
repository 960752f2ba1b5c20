import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, release } from "node:os";
import type { RunnerFingerprint } from "../../domain/evidence.ts";
import type { Machine } from "../../ports/machine.ts";
import { type CpuTicks, parseCpuTicks } from "./cpu-ticks.ts";
import { osName } from "./os-name.ts";

/** The machine that this process runs on. `cpu_model` is "unknown" where the system does not name its CPU. */
export function thisMachine(): Machine {
  return {
    fingerprint: (engine): RunnerFingerprint => ({
      cpu_model: cpuModel(),
      cores: availableParallelism(),
      os: osName({ platform: platform(), release: release(), osRelease: readText("/etc/os-release") }),
      arch: arch(),
      node: process.versions.node,
      engine,
    }),
    cpuTicks: (): CpuTicks | null => parseCpuTicks(readText("/proc/stat") ?? ""),
  };
}

function cpuModel(): string {
  return cpus()[0]?.model.replaceAll(/\s+/g, " ").trim() || "unknown";
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
