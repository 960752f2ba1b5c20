import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import { formatJson } from "../../../src/domain/document/format.ts";
import type { Evidence } from "../../../src/domain/evidence.ts";
import type { Tensor } from "../../../src/domain/tensor.ts";
import type { ParityDetails } from "../../../src/usecases/measure/parity.ts";
import {
  type CheckScene,
  checkScene,
  codesOf,
  editJson,
  honest,
  packPath,
  reseal,
} from "../../support/check-scene.ts";
import type { Behaviour } from "../../support/memory-engine.ts";

/**
 * Attack 20, on what no objective reads: the evidence is the gate's own, but for one value that the verdict does not depend on,
 * and every digest is made to fit. Years later it would be read as measured.
 */
const PROPOSAL = "promote/prod/flight-delay";

type Parity = Evidence<ParityDetails>;
/** Any JSON, to be written to. */
// oxlint-disable-next-line typescript/no-explicit-any -- a forger is not held by types
type Forged = any;

describe("a proposal with a value that no objective reads", () => {
  let scene: CheckScene;
  let branches = 0;
  beforeAll(async () => {
    scene = await checkScene();
    await scene.propose({});
  });
  afterAll(() => scene[Symbol.dispose]());

  function forge(kind: string, edit: (evidence: Forged) => void): string {
    const name = `forged-${++branches}`;
    scene.branch(
      name,
      () => {
        editJson<Forged>(scene, `${packPath(scene)}/${kind}.json`, edit);
        reseal(scene);
      },
      PROPOSAL,
    );
    return name;
  }

  const metric = (name: string, change: object) => (evidence: Parity) =>
    void Object.assign(evidence.measurements.find((one) => one.metric === name) as object, change);

  it.each<[string, string, (evidence: Forged) => void, RegExp]>([
    [
      "mean_abs_diff",
      "parity",
      metric("parity.mean_abs_diff", { value: 0.5 }),
      /^\/measurements\/\d+\/value$/,
    ],
    [
      "outputs_failed",
      "parity",
      metric("parity.outputs_failed", { value: 1 }),
      /^\/measurements\/\d+\/value$/,
    ],
    [
      "a sample size",
      "parity",
      metric("parity.p99_abs_diff", { samples: 1e6 }),
      /^\/measurements\/\d+\/samples$/,
    ],
    [
      "a metric left out",
      "parity",
      (one: Forged) => void one.measurements.splice(1, 1),
      /^\/measurements\/1/,
    ],
    [
      "a note",
      "parity",
      metric("parity.mean_abs_diff", { note: "Checked by hand." }),
      /^\/measurements\/\d+\/note$/,
    ],
    [
      "that all was run again",
      "parity",
      metric("parity.repeatable", { note: "Run again a thousand times." }),
      /^\/measurements\/\d+\/note$/,
    ],
    [
      "an output's elements",
      "parity",
      (one: Forged) => void (one.details.outputs[0].elements = 1e6),
      /^\/details\/outputs\/0\/elements$/,
    ],
    [
      "an output's difference",
      "parity",
      (one: Forged) => void (one.details.outputs[1].max_abs_diff = 0.1),
      /^\/details\/outputs\/1\/max_abs_diff$/,
    ],
    [
      "an output that is not there",
      "parity",
      (one: Forged) => void one.details.outputs.push(one.details.outputs[0]),
      /^\/details\/outputs\/2$/,
    ],
    [
      "more cases",
      "parity",
      (one: Forged) => void one.details.cases.push("test_data_set_99"),
      /^\/details\/cases\/8$/,
    ],
    [
      "another producer",
      "parity",
      (one: Forged) => void (one.details.producer = "pytorch 9"),
      /^\/details\/producer$/,
    ],
    [
      "a value of its own",
      "parity",
      (one: Forged) => void (one.details.reviewed_by = "ada"),
      /^\/details\/reviewed_by$/,
    ],
    ["details of another kind", "parity", (one: Forged) => void (one.details = ["fine"]), /^\/details$/],
    ...[null, [[1e-6, 1]]].map((extremes): [string, "parity", (one: Forged) => void, RegExp] => [
      `the differences that decide under other tolerances: ${JSON.stringify(extremes)}`,
      "parity",
      (one) => void (one.compared[1].extremes = extremes),
      /^\/compared\/1\/extremes$/,
    ]),
    [
      "what was run again",
      "parity",
      (one: Forged) => void (one.details.repeated[1].differing = 3),
      /^\/details\/repeated\/1\/differing$/,
    ],
    [
      "what was read",
      "parity",
      (one: Forged) => void (one.inputs[0].name = "models/other/model.onnx"),
      /^\/inputs\/0\/name$/,
    ],
    ["integrity.files", "integrity", metric("integrity.files", { value: 99 }), /^\/measurements\/1\/value$/],
    ["a file that was not checked", "integrity", (one: Forged) => void one.inputs.pop(), /^\/inputs\/\d+$/],
    [
      "a signature that is not there",
      "integrity",
      (one: Forged) => void (one.details.model_signature = {}),
      /^\/details\/model_signature$/,
    ],
  ])("is refused with its place: %s", async (_, kind, edit, pointer) => {
    const report = await scene.check("main", forge(kind, edit));
    expect([report.outcome, ...new Set(codesOf(report))]).toEqual(["FAIL", "CHECK_EVIDENCE_CONTRADICTED"]);
    expect(report.problems.map(({ where }) => where)).toContainEqual({
      file: expect.stringMatching(new RegExp(`^evidence/.*/${kind}\\.json$`)),
      pointer: expect.stringMatching(pointer),
    });
    expect(report.problems[0]?.message).toMatch(/^The proposal says .+; measured again it is .+\.$/);
  });

  /** As a machine with other rounding would answer. */
  const rounding =
    (by: number): Behaviour =>
    (...asking) =>
      honest(...asking).map(
        (tensor) =>
          (tensor.data instanceof Float32Array
            ? { ...tensor, data: tensor.data.map((value) => value + by) }
            : tensor) as Tensor,
      );

  it.each([1e-7, -5e-8])("passes where another machine rounds otherwise, by %d", async (by) => {
    scene.answer(rounding(by));
    const report = await scene.check("main", PROPOSAL);
    scene.answer(honest);
    expect([report.outcome, ...codesOf(report)]).toEqual(["PASS"]);
  });

  it("says nothing more where the new verdict keeps it out already", async () => {
    scene.answer(rounding(0.01));
    const report = await scene.check("main", PROPOSAL);
    scene.answer(honest);
    expect([report.outcome, ...codesOf(report)]).toEqual(["FAIL"]);
  });

  it("is refused when it brings a kind that no policy asks for", async () => {
    scene.repo.git("checkout", "-q", PROPOSAL);
    const folder = packPath(scene);
    const files = new Map(
      ["integrity.json", "parity.json", "pack.json"].map((file) => [
        file,
        scene.repo.git("show", `HEAD:${folder}/${file}`),
      ]),
    );
    scene.repo.git("checkout", "-q", "main");
    scene.repo.git("branch", "-q", "-D", PROPOSAL);
    const integrity: Forged = JSON.parse(files.get("integrity.json") ?? "");
    files.set("benchmark.json", formatJson({ ...integrity, kind: "benchmark", measurements: [] }));
    const pack: Forged = JSON.parse(files.get("pack.json") ?? "");
    files.delete("pack.json");
    const listed = [...files].map(([path, text]) => ({
      path,
      sha256: digestOf(Buffer.from(text)),
      size: Buffer.byteLength(text),
    }));
    files.set("pack.json", formatJson({ ...pack, files: listed.sort((a, b) => (a.path < b.path ? -1 : 1)) }));
    for (const [file, text] of files) scene.repo.write(`stored/${file}`, text);
    const branch = await scene.propose({}, { evidence: "stored" });
    const report = await scene.check("main", branch);
    expect(report.problems.map(({ code, where }) => [code, where?.file.replace(/.*\//, "")])).toEqual([
      ["CHECK_PACK_FOREIGN", "benchmark.json"],
    ]);
  });
});
