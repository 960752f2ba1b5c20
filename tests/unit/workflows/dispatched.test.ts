import { join } from "node:path";
import examples from "@octokit/webhooks-examples";
import { describe, expect, it } from "vitest";
import { inputs } from "../../../actions/promote/inputs.ts";
import { readInputs } from "../../../src/host/inputs.ts";
import { mapping, readWorkflow, text } from "../../../src/usecases/doctor/workflow-file.ts";
import { inputEnvironment } from "../../support/runner/environment.ts";
import { makeJob } from "../../support/runner/job.ts";
import { readActionMetadata } from "../../support/runner/metadata.ts";
import { ownWorkflowTexts, ROOT, scaffoldedWorkflowTexts } from "../../support/workflows/all-workflows.ts";
import { evaluate } from "../../support/workflows/simulate.ts";

type Texts = Readonly<Record<string, string>>;
const TEMPLATES = { own: ownWorkflowTexts(), init: scaffoldedWorkflowTexts(false) };

/** GitHub's own payload of a start from outside, with what the caller asks for. */
function eventOf(name: string, asked: Texts): Readonly<Record<string, unknown>> {
  const all = examples as unknown as readonly { name: string; examples: readonly object[] }[];
  const [payload] = all.find((one) => one.name === name)?.examples ?? [];
  expect(payload).toHaveProperty(name === "workflow_dispatch" ? "inputs" : "client_payload", {});
  return { ...payload, [name === "workflow_dispatch" ? "inputs" : "client_payload"]: asked };
}

/** Text with its expressions filled in by GitHub's own implementation. */
function filled(value: string, contexts: Readonly<Record<string, unknown>>): string {
  return value.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    evaluate(expression.trim(), contexts).coerceString(),
  );
}

const filledAll = (values: object, contexts: Readonly<Record<string, unknown>>): Texts =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, filled(text(value), contexts)]));

/** What the promote action reads when an event starts a workflow. */
async function asks(workflow: string, name: string, asked: Texts): Promise<unknown> {
  const [file, where] = workflow.split(" of ") as [string, keyof typeof TEMPLATES];
  const source = TEMPLATES[where].find((one) => one.file.endsWith(`/${file}`));
  const [job] = readWorkflow(Buffer.from(source?.text ?? ""), file).jobs;
  const step = job?.steps.find(({ value }) => text(value["uses"]).includes("actions/promote"));
  const contexts = {
    github: { event: eventOf(name, asked), token: "ghs_job" },
    inputs: name === "workflow_dispatch" ? asked : {},
    steps: { app: { outputs: {} } },
  };
  const env = filledAll(mapping(job?.value["env"]), contexts);
  const given = filledAll(mapping(step?.value["with"]), { ...contexts, env });
  const actionFolder = join(ROOT, "actions/promote");
  const metadata = await readActionMetadata(actionFolder);
  const variables = inputEnvironment(metadata, given, makeJob("", { workspace: "", actionFolder }));
  return readInputs(inputs, (key) => variables[`INPUT_${key.toUpperCase()}`] ?? "");
}

const EVENTS = ["workflow_dispatch", "repository_dispatch"];
const each = (file: string): [string, string][] =>
  ["own", "init"].flatMap((where) => EVENTS.map((name): [string, string] => [`${file} of ${where}`, name]));

describe("what a start from outside asks the promote action for", () => {
  const model = { model: "flight-delay", environment: "prod", reason: "because" };

  it.each(each("promote.yml"))("%s, %s", async (workflow, name) => {
    const asked = { ...model, version: "1.1.0", to: "CANARY", phase: "5%" };
    expect(await asks(workflow, name, asked)).toMatchObject({
      model: { id: "flight-delay", version: "1.1.0" },
      event: "PROMOTE_TO_CANARY",
      environment: "prod",
      phase: "5%",
      reason: "because",
      token: "ghs_job",
    });
    expect(await asks(workflow, name, { ...asked, to: "SHADOW", phase: "" })).toMatchObject({ phase: null });
  });

  it.each(each("lifecycle.yml"))("%s, %s", async (workflow, name) => {
    expect(await asks(workflow, name, { ...model, event: "ROLLBACK", version: "" })).toMatchObject({
      model: { id: "flight-delay", version: null },
      event: "ROLLBACK",
      environment: "prod",
    });
    const revoked = { ...model, event: "REVOKE", version: "1.1.0", environment: "all" };
    expect(await asks(workflow, name, revoked)).toMatchObject({
      model: { id: "flight-delay", version: "1.1.0" },
      event: "REVOKE",
      environment: null,
      reason: "because",
    });
  });

  it.each([...each("promote.yml"), ...each("lifecycle.yml")])(
    "%s, %s, with nothing asked: refused",
    async (workflow, name) => {
      await expect(asks(workflow, name, {})).rejects.toThrow(/HOST_INPUT_(?:MISSING|INVALID)/);
    },
  );

  it.each(each("promote.yml"))("%s, %s, with an expression for a reason: text", async (workflow, name) => {
    const reason = "${{ secrets.MODELGATE_PRIVATE_KEY }} $(id) ::error::x";
    const asked = { ...model, version: "1.1.0", to: "SHADOW", reason };
    expect(await asks(workflow, name, asked)).toMatchObject({ reason });
  });
});
