import { NO_TRUST } from "../../../support/trust.ts";
import { appendFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { schemaProblems } from "../../../../src/domain/document/check-schema.ts";
import { formatJson } from "../../../../src/domain/document/format.ts";
import { parseJson } from "../../../../src/domain/document/json.ts";
import type { RunnerFingerprint } from "../../../../src/domain/evidence.ts";
import { METRICS } from "../../../../src/domain/metrics.ts";
import { loadVersion } from "../../../../src/usecases/registry/load-version.ts";
import { measureIntegrity } from "../../../../src/usecases/registry/measure-integrity.ts";
import type { Files } from "../../../../src/ports/files.ts";
import type { RunContext } from "../../../../src/usecases/run-context.ts";
import { utf8 } from "../../../support/problems.ts";
import { editManifest, FOLDER, registryRepo } from "../../../support/registry.ts";
import { EVIDENCE_V1 } from "../../../../src/generated/evidence-v1.js";

const RUNNER: RunnerFingerprint = {
  cpu_model: "test",
  cores: 2,
  os: "linux",
  arch: "x64",
  node: "v24.0.0",
  engine: null,
};
const RUN: RunContext = {
  runId: "flight-delay_1.0.0_none_20261121T093000Z_00c0ffee",
  now: new Date("2026-11-21T09:30:00Z"),
  phase: null,
  seed: 1,
};

async function measure(act: (at: (path: string) => string) => void) {
  using registry = await registryRepo();
  act((path) => registry.at(`${FOLDER}/${path}`));
  const version = await loadVersion(registry.ports.files, { id: "flight-delay", version: "1.0.0" });
  const ports = { ...registry.ports, machine: { fingerprint: () => RUNNER } };
  return { version, evidence: await measureIntegrity(version, ports, RUN, NO_TRUST) };
}

describe("integrity", () => {
  it("of a sound version: no problems, every file read, by digest", async () => {
    const { version, evidence } = await measure(() => {});
    const { files } = version.manifest;
    expect(evidence.measurements.map(({ metric, value, samples }) => [metric, value, samples])).toEqual([
      ["integrity.problems", 0, files.length],
      ["integrity.files", files.length, files.length],
    ]);
    expect(evidence.inputs).toEqual(
      [{ name: `${FOLDER}/manifest.json`, digest: version.manifestDigest }]
        .concat(files.map(({ path, sha256 }) => ({ name: `${FOLDER}/${path}`, digest: sha256 })))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    expect([evidence.findings, evidence.subject]).toEqual([[], version.subject]);
  });

  it("of a version with a changed file: each problem is a finding", async () => {
    const { evidence } = await measure((at) => appendFileSync(at("CHANGES.md"), "x"));
    expect(evidence.measurements[0]?.value).toBe(2);
    expect(evidence.findings.map(({ code, file }) => [code, file])).toEqual([
      ["MANIFEST_FILE_SIZE_MISMATCH", `${FOLDER}/manifest.json`],
      ["MANIFEST_FILE_HASH_MISMATCH", `${FOLDER}/manifest.json`],
    ]);
  });

  it("of a manifest that is swapped after it was loaded says so", async () => {
    using registry = await registryRepo();
    const loaded = await loadVersion(registry.ports.files, { id: "flight-delay", version: "1.0.0" });
    editManifest(registry, (manifest) => (manifest["created_at"] = "2020-01-01T00:00:00Z"));
    const evidence = await measureIntegrity(
      loaded,
      { ...registry.ports, machine: { fingerprint: () => RUNNER } },
      RUN,
      NO_TRUST,
    );
    expect(evidence.findings.map(({ code }) => code)).toEqual(["FILE_CHANGED"]);
  });

  it("of a file that is swapped while it is read is about the bytes that are parsed: they were hashed, and are read once", async () => {
    using registry = await registryRepo();
    const version = await loadVersion(registry.ports.files, { id: "flight-delay", version: "1.0.0" });
    const { files } = registry.ports;
    const swapping: Files = {
      ...files,
      read: async (path, limit) => swapped(path, await files.read(path, limit)),
    };
    const ports = { ...registry.ports, files: swapping, machine: { fingerprint: () => RUNNER } };
    const evidence = await measureIntegrity(version, ports, RUN, NO_TRUST);
    const codes = evidence.findings.map(({ code, file }) => `${code} ${file}`);
    expect(codes).toContain(`MANIFEST_FILE_HASH_MISMATCH ${FOLDER}/manifest.json`);
    expect(codes.filter((line) => line.startsWith("FILE_CHANGED"))).toEqual([]);
  });

  it("is evidence that fits its schema, with metrics of the catalogue", async () => {
    const { evidence } = await measure((at) => appendFileSync(at("CHANGES.md"), "x"));
    expect(schemaProblems(parseJson(utf8(formatJson(evidence)), "integrity.json"), EVIDENCE_V1)).toEqual([]);
    expect(evidence.measurements.filter(({ metric }) => METRICS.get(metric)?.kind !== "integrity")).toEqual(
      [],
    );
  });
});

/** Other bytes of the same length for the files that a check parses. */
function swapped(path: string, bytes: Uint8Array): Uint8Array {
  return /sidecar.json$|model.onnx$/.test(path)
    ? bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
    : bytes;
}
