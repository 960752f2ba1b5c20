import { cpus } from "node:os";
import { describe, expect, it } from "vitest";
import { parseCpuTicks } from "../../../../src/adapters/machine/cpu-ticks.ts";
import { thisMachine } from "../../../../src/adapters/machine/machine.ts";
import { osName } from "../../../../src/adapters/machine/os-name.ts";

describe("CPU time of /proc/stat", () => {
  it("counts steal and everything else once; guest time is user time already", () => {
    const text = "cpu  100 10 50 800 5 1 4 30 60 7\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 5\n";
    expect(parseCpuTicks(text)).toEqual({ steal: 30, total: 1000 });
  });

  it.each(["", "cpu0 1 2 3 4 5 6 7 8\n", "cpu  1 2 3 4\n", "nonsense"])("is unknown in %j", (text) => {
    expect(parseCpuTicks(text)).toBeNull();
  });
});

describe("name of the operating system", () => {
  it("is distribution and version on Linux", () => {
    const osRelease = 'NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n';
    expect(osName({ platform: "linux", release: "6.8.0", osRelease })).toBe("ubuntu-24.04");
    expect(osName({ platform: "linux", release: "6.8.0", osRelease: "ID=arch\n" })).toBe("arch");
  });

  it("is platform and release elsewhere", () => {
    expect(osName({ platform: "darwin", release: "24.1.0", osRelease: undefined })).toBe("darwin-24.1.0");
    expect(osName({ platform: "linux", release: "6.8.0", osRelease: undefined })).toBe("linux-6.8.0");
  });
});

describe("this machine", () => {
  it("has a fingerprint without line breaks or doubled spaces", () => {
    const { cpu_model: cpu, cores, os, arch, node, engine } = thisMachine().fingerprint(null);
    expect(cpu).toBe((cpus()[0]?.model ?? "unknown").replaceAll(/\s+/g, " ").trim() || "unknown");
    expect([cores > 0, os === "", arch, node, engine]).toEqual([
      true,
      false,
      process.arch,
      process.versions.node,
      null,
    ]);
  });

  it("counts CPU time upwards", () => {
    const [before, after] = [thisMachine().cpuTicks(), thisMachine().cpuTicks()];
    expect((after?.total ?? 0) >= (before?.total ?? 0)).toBe(true);
    expect(before === null).toBe(process.platform !== "linux");
  });
});
