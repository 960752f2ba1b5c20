import { NO_TRUST } from "../../support/trust.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { schemaProblems } from "../../../src/domain/document/check-schema.ts";
import { formatJson } from "../../../src/domain/document/format.ts";
import { parseJson } from "../../../src/domain/document/json.ts";
import { GateError } from "../../../src/errors.ts";
import { externalDataProblems } from "../../../src/measure/onnx/external-data.ts";
import { inspectModel } from "../../../src/measure/onnx/inspect-model.ts";
import { loadVersion } from "../../../src/usecases/registry/load-version.ts";
import { measureIntegrity } from "../../../src/usecases/registry/measure-integrity.ts";
import { bytes, type Bytes, concat, int, rawTensor, text } from "../../support/onnx-writer.ts";
import { MACHINE, RUN } from "../../support/parity-run.ts";
import { FOLDER, registryRepo } from "../../support/registry.ts";
import { EVIDENCE_V1 } from "../../../src/generated/evidence-v1.js";

const MANY = 200_000;
/** A model whose graph is one field, many times over. */
const modelOf = (field: number, one: (n: number) => Bytes): Bytes => {
  const fields = Array.from({ length: MANY }, (_, n) => bytes(field, one(n)));
  return concat(int(1, 8), bytes(7, Uint8Array.from(Buffer.concat(fields))));
};
const external = (n: number): Bytes =>
  rawTensor("float32", [1], bytes(13, concat(text(1, "location"), text(2, `../${n}`))), int(14, 1));

describe("a model that is wrong in 200,000 places", () => {
  it.each<[string, Bytes]>([
    ["operators of as many domains", modelOf(1, (n) => text(7, `evil${n}`))],
    ["as many outputs without a type", modelOf(12, (n) => text(1, `y${n}`))],
  ])("with %s, is refused with a hundred of them", (_, model) => {
    expect(() => inspectModel(model)).toThrow(
      expect.objectContaining({ problems: expect.objectContaining({ length: 100 }) }) as GateError,
    );
  });

  it("with as much external data outside of its folder, is refused with a hundred of them", () => {
    const { externalData } = inspectModel(modelOf(5, external));
    expect(externalData).toHaveLength(MANY);
    expect(externalDataProblems(externalData, [])).toHaveLength(100);
  });
});

describe("a version folder full of files that nobody listed", () => {
  it("leaves evidence that can be stored and read again, with the true number of problems", async () => {
    using registry = await registryRepo();
    const count = 4000;
    for (let n = 0; n < count; n++) writeFileSync(registry.at(`${FOLDER}/x${n}`), "x");
    writeFileSync(registry.at(`${FOLDER}/a\nb\u202E::error::x`), "x");
    const deep = `${FOLDER}/${`${"d".repeat(250)}/`.repeat(12)}`;
    mkdirSync(registry.at(deep), { recursive: true });
    writeFileSync(registry.at(`${deep}x`), "x");
    const version = await loadVersion(registry.ports.files, { id: "flight-delay", version: "1.0.0" });
    const evidence = await measureIntegrity(version, { ...registry.ports, machine: MACHINE }, RUN, NO_TRUST);
    expect(evidence.measurements[0]?.value).toBe(count + 4);
    const document = parseJson(Buffer.from(formatJson(evidence)), "integrity.json");
    expect(schemaProblems(document, EVIDENCE_V1)).toEqual([]);
  });
});
