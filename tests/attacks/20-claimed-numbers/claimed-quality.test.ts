import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { formatJson } from "../../../src/domain/document/format.ts";
import { formatLedger, GENESIS } from "../../../src/ledger/ledger-text.ts";
import { renderMarkdown } from "../../../src/report/markdown.ts";
import { renderTerminal } from "../../../src/report/terminal.ts";
import { gate } from "../../../src/usecases/gate/gate.ts";
import { register } from "../../../src/usecases/registry/register.ts";
import { reportContextOf } from "../../../src/usecases/report-context.ts";
import type { AskedTransition } from "../../../src/usecases/request.ts";
import { startNow } from "../../support/check-scene.ts";
import { model, node, tensor, tensorProto } from "../../support/onnx-writer.ts";
import { MACHINE, realEngine, recordedProgress } from "../../support/parity-run.ts";
import {
  SMALL,
  SMALL_EVALUATION,
  SMALL_FOLDER,
  SMALL_TRAINING,
  smallRegistry,
} from "../../support/small-version.ts";

const ROWS = 40;
/** The first column separates the classes, and the model scores it the wrong way round. */
const labels = Array.from({ length: ROWS }, (_, row) => (row % 2 === 0 ? 1 : 0));
const feature = labels.map((label, row) => (row === 0 ? -3 : label === 1 ? 1 + row / 100 : -1 - row / 100));
const WEIGHTS = [-1, 0, 0, 0];
const scores = feature.map((value) => -value);

/** Share of pairs of a late and a punctual row that are in the right order (Mann and Whitney). */
function auc(score: readonly number[]): number {
  const of = (label: number) => score.filter((_, row) => labels[row] === label);
  const pairs = of(1).flatMap((late) =>
    of(0).map((punctual) => (late > punctual ? 1 : late === punctual ? 0.5 : 0)),
  );
  return pairs.reduce((sum: number, one) => sum + one, 0) / pairs.length;
}

const spec = (name: string, width: number) => ({ name, dtype: "float32" as const, shape: ["N", width] });
const INVERTED = model({
  nodes: [node({ op: "MatMul", inputs: ["x", "W"], outputs: ["y"] })],
  initializers: [tensorProto(tensor("W", "float32", [4, 1], WEIGHTS))],
  inputs: [spec("x", 4)],
  outputs: [spec("y", 1)],
});

const files = (claimed: number) => ({
  "model.onnx": INVERTED,
  "sidecar.json": formatJson({
    schema_version: "modelgate/sidecar/v1",
    feature_schema_id: "lin",
    feature_schema_version: "1.0.0",
    columns: [],
    inputs: [spec("x", 4)],
    outputs: [spec("y", 1)],
  }),
  "evaluation.json": formatJson({
    ...SMALL_EVALUATION,
    dataset: { snapshot_id: "d", window: SMALL_TRAINING.window, rows: ROWS },
    metrics: [{ name: "auc", value: claimed, unit: "1", direction: "higher_is_better" }],
  }),
  "training.json": formatJson({ ...SMALL_TRAINING, offline_metrics: { auc: 0.3 } }),
  "test_data_set_0/input_0.pb": tensorProto(
    tensor(
      "",
      "float32",
      [ROWS, 4],
      feature.flatMap((value) => [value, 0, 0, 0]),
    ),
  ),
  "test_data_set_0/output_0.pb": tensorProto(tensor("", "float32", [ROWS, 1], scores)),
});

const EMPTY = formatLedger(GENESIS);

it("an inverted classifier that claims an AUC of 0.9999 passes parity, and every report says that the number is claimed", async () => {
  expect(auc(scores)).toBeLessThan(0.06);
  using registry = await smallRegistry(files(0.9999));
  const { repo, ports } = registry;
  cpSync("policies", join(repo.root, "policies"), { recursive: true });
  rmSync(join(repo.root, "policies/trust.yaml"));
  repo.write("deployed.json", EMPTY);
  const { findings } = await register(ports, SMALL_FOLDER);
  expect(findings.map(({ code }) => code)).toEqual(["CLAIM_ON_TRAINING_DATA", "CLAIM_CONTRADICTED"]);
  repo.commit({}, "register lin 1.0.0");
  const measuring = { ...ports, engine: realEngine(), machine: MACHINE, progress: recordedProgress() };
  const ask = (event: AskedTransition["event"], environment: string | null): AskedTransition => ({
    event,
    model: SMALL.id,
    version: SMALL.version,
    environment,
    phase: null,
    reason: "first",
    requestedBy: "Ada",
  });
  for (const asked of [ask("REGISTER", null), ask("PROMOTE_TO_SHADOW", "staging")]) {
    const decision = await gate(measuring, asked, { start: startNow() });
    expect(decision.verdict.outcome).toBe("PASS");
    expect(decision.verdict.findings.map(({ code }) => code)).toEqual([
      "CLAIM_CONTRADICTED",
      "CLAIM_ON_TRAINING_DATA",
    ]);
    expect(JSON.stringify(decision.verdict)).not.toContain("claimed, not measured");
    const text = renderTerminal(decision.verdict, { ...reportContextOf(decision), width: 120 });
    expect(text).toMatch(/claimed, not measured +auc +0\.9999/);
    expect(text).toContain("Quality is not measured yet.");
    expect(text).toContain("CLAIM_CONTRADICTED");
    const markdown = renderMarkdown(decision.verdict, reportContextOf(decision));
    expect(markdown).toMatch(/\| claimed, not measured \| auc +\| 0\.9999/);
  }
});
