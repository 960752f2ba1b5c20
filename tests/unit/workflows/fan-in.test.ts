import { expect, it } from "vitest";
import { mapping, readWorkflow } from "../../../src/usecases/doctor/workflow-file.ts";
import { scaffoldedWorkflowTexts } from "../../support/workflows/all-workflows.ts";

const found = scaffoldedWorkflowTexts(true).find(({ file }) => file.endsWith("/model-gate.yml"));
const workflow = readWorkflow(Buffer.from(found?.text ?? ""), found?.file ?? "");

type Step = Readonly<Record<string, unknown>>;
const stepsOf = (id: string): readonly Step[] =>
  (workflow.jobs.find((job) => job.id === id)?.value["steps"] ?? []) as readonly Step[];

it("the legs of the matrix hand over by what their actions store, and the gate takes it from there", () => {
  const uses = [...stepsOf("measure"), ...stepsOf("model-gate")].map(
    ({ uses: what }) => String(what).split("@")[0],
  );
  expect(uses).toEqual([
    "actions/checkout",
    "modelgate/modelgate/actions/parity",
    "modelgate/modelgate/actions/benchmark",
    "actions/checkout",
    "modelgate/modelgate",
  ]);
  expect(stepsOf("measure").filter((step) => "upload" in mapping(step["with"]))).toEqual([]);
  const { "fan-in": fanIn, needs, evidence } = mapping(stepsOf("model-gate").at(-1)?.["with"]);
  expect({ fanIn, needs, evidence }).toEqual({
    fanIn: true,
    needs: "${{ toJSON(needs) }}",
    evidence: undefined,
  });
});

it("every job of the matrix has the history that its event's base is read from", () => {
  const checkouts = ["plan", "measure", "model-gate"].map(
    (id) => mapping(stepsOf(id)[0]?.["with"])["fetch-depth"],
  );
  expect(checkouts).toEqual([0, 0, 0]);
});
