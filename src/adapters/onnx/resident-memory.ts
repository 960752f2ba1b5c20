import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Resident memory of a process in MiB; 0 when it is gone or the platform does not tell. Linux: /proc/<pid>/status,
 * which also knows the peak between two looks; macOS: ps. On Windows only the child's own last word counts.
 */
export function residentMiB(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    if (process.platform === "linux") return peakKiB(pid) / 1024;
    if (process.platform === "darwin")
      return Number(execFileSync("/bin/ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024;
    return 0;
  } catch {
    return 0;
  }
}

function peakKiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}
