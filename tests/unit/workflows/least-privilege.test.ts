import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const FILES = globSync(".github/workflows/*.yml", { cwd: ROOT }).sort();

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<
    Record<string, { readonly steps?: readonly Step[]; readonly "timeout-minutes"?: number }>
  >;
}

it("finds the workflows", () => {
  expect(FILES).toContain(".github/workflows/ci.yml");
});

describe.each(FILES)("%s", (file) => {
  const workflow = load(readFileSync(join(ROOT, file), "utf8")) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps ?? []);

  it("grants nothing at the top", () => {
    expect(workflow.permissions).toEqual({});
  });

  it("pins every action of others by its full commit id", () => {
    const foreign = steps.flatMap(({ uses }) => (uses === undefined || /^\.|^\$\//.test(uses) ? [] : [uses]));
    expect(foreign.filter((uses) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses))).toEqual([]);
  });

  it("leaves no token behind after a checkout", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.map((step) => step.with?.["persist-credentials"])).toEqual(checkouts.map(() => false));
  });

  it("puts no expression into a script", () => {
    expect(steps.filter(({ run }) => run?.includes("${{")).map(({ run }) => run)).toEqual([]);
  });

  it("ends every job in time", () => {
    expect(jobs.filter((job) => job["timeout-minutes"] === undefined)).toEqual([]);
  });
});
