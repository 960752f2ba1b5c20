import { describe, expect, it } from "vitest";
import { workflowFindings } from "../../src/usecases/doctor/doctor.ts";
import { readWorkflow } from "../../src/usecases/doctor/workflow-file.ts";

const SHA = "3d3c42e5aac5ba805825da76410c181273ba90b1";
const text = (trigger: string, step: string): string => `name: gate
on:
  pull_request: { types: [opened, synchronize, reopened, edited] }
  merge_group:
  ${trigger}:
permissions: {}
jobs:
  model-gate:
    if: always()
    runs-on: ubuntu-24.04
    steps:
      - uses: modelgate/modelgate@${SHA}
      - ${step}
`;
const found = (trigger: string, step: string): string[] =>
  workflowFindings([readWorkflow(Buffer.from(text(trigger, step)), "a.yml")]).map(({ code }) => code);
const checkout = (ref: string, uses = "actions/checkout"): string =>
  `{ uses: "${uses}@${SHA}", with: { persist-credentials: false, ref: "${ref}" } }`;

/** Attacks 7, 12 and 16, spelt so that a search for the usual words does not find them. GitHub compares names without case. */
describe("the doctor", () => {
  it.each([
    checkout("${{ github.event.pull_request.merge_commit_sha }}"),
    checkout("${{ github.event.pull_request['head'].sha }}"),
    checkout("${{ github['event']['pull_request']['head']['sha'] }}"),
    checkout("${{ GitHub.Event.Pull_Request.Head.Sha }}"),
    checkout("${{ github.event.pull_request.head.sha }}", "Actions/Checkout"),
    checkout("${{ github.event.workflow_run.pull_requests[0].head.sha }}"),
    'run: git fetch origin "$REF"\n        env: { REF: "${{ github.event.pull_request.head.sha }}" }',
  ])("sees that %s is the head of a pull request, beside secrets", (step) => {
    expect(found("pull_request_target", step)).toContain("DOCTOR_HEAD_CHECKED_OUT");
  });

  it.each([
    "run: echo ${{ GitHub.Event.Pull_Request.Title }}",
    "run: echo ${{ github['event']['pull_request']['title'] }}",
    "run: echo ${{ github['head_ref'] }}",
    "run: echo '${{ toJSON(github) }}'",
    "run: echo ${{ INPUTS.reason }}",
    "run: echo ${{ github.event.*.title }}",
  ])("sees that %s pastes what others wrote into a script", (step) => {
    expect(found("workflow_dispatch", step)).toContain("DOCTOR_SCRIPT_INJECTION");
  });

  it.each([
    "run: echo ${{ github.sha }}",
    "run: echo ${{ GITHUB.RUN_ID }}",
    "run: echo ${{ github['sha'] }}",
  ])("has nothing against %s", (step) => expect(found("workflow_dispatch", step)).toEqual([]));

  it("sees the token that a checkout in other letters keeps", () => {
    expect(found("push", `uses: Actions/Checkout@${SHA}`)).toContain("DOCTOR_CREDENTIALS_KEPT");
  });
});
