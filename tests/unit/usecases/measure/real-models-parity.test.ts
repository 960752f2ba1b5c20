import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createFiles } from "../../../../src/adapters/fs/files.ts";
import { loadVersion } from "../../../../src/usecases/registry/load-version.ts";
import { measureParity } from "../../../../src/usecases/measure/parity.ts";
import { MACHINE, measured, realEngine, recordedProgress, RUN } from "../../../support/parity-run.ts";

const files = createFiles(resolve(import.meta.dirname, "../../../.."));

async function replay(id: string, version: string) {
  const ports = { files, engine: realEngine(), machine: MACHINE, progress: recordedProgress() };
  return measureParity(ports, { version: loadVersion(files, { id, version }), run: RUN });
}

describe("the registry's own models", () => {
  it.each([
    ["flight-delay", "1.0.0", 8],
    ["flight-delay", "1.1.0", 8],
    ["silero-vad", "5.0.0", 29],
    ["silero-vad", "6.0.0", 31],
  ])(
    "%s %s agrees with its references from another runtime, and its claims hold",
    async (id, version, cases) => {
      const evidence = await replay(id, version);
      expect(evidence.details.failure).toBeNull();
      expect(measured(evidence, "parity.max_abs_diff")).toMatchObject({ state: "measured" });
      expect(measured(evidence, "parity.max_abs_diff").value).toBeLessThanOrEqual(1e-5);
      expect(measured(evidence, "parity.cases").value).toBe(cases);
      expect(evidence.findings).toEqual([]);
    },
  );

  it("flight-delay 1.2.0, exported carelessly, truly fails, and its claim with it", async () => {
    const evidence = await replay("flight-delay", "1.2.0");
    expect(measured(evidence, "parity.max_abs_diff").value).toBeGreaterThan(1e-3);
    expect(measured(evidence, "parity.outputs_failed").value).toBe(1);
    expect(
      evidence.details.outputs.find(({ name }) => name === "probabilities")?.over_tolerance,
    ).toBeGreaterThan(0);
    expect(new Set(evidence.findings.map(({ code, file }) => `${code} ${file}`))).toEqual(
      new Set(["PARITY_CLAIM_BROKEN models/flight-delay/1.2.0/parity.json"]),
    );
  });
});
