import { readFileSync } from "node:fs";

const KIB_PER_MIB = 1024;

/**
 * Peak resident memory of this process in MiB. Linux's own high-water mark is preferred: `maxRSS` of a child starts at
 * the peak of the process that spawned it (the kernel keeps it across exec).
 */
export function peakMemoryMiB(status = readStatus()): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status ?? "")?.[1];
  return (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes)) / KIB_PER_MIB;
}

function readStatus(): string | undefined {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return undefined;
  }
}
