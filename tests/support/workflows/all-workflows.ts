import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { scaffold } from "../../../src/usecases/init/scaffold.ts";

export const ROOT = resolve(import.meta.dirname, "../../..");
export const REF = "0123456789abcdef0123456789abcdef01234567";

export interface WorkflowText {
  /** For the name of a test. */
  readonly title: string;
  readonly file: string;
  readonly text: string;
}

const FOLDER = ".github/workflows";

/** The workflows of this repository. */
export function ownWorkflowTexts(): WorkflowText[] {
  const names = readdirSync(join(ROOT, FOLDER)).sort();
  return names.map((name) => ({
    title: name,
    file: `${FOLDER}/${name}`,
    text: readFileSync(join(ROOT, FOLDER, name), "utf8"),
  }));
}

/** The workflows that `modelgate init` writes; with `matrix` those that fan out. */
export function scaffoldedWorkflowTexts(matrix: boolean): WorkflowText[] {
  const options = {
    ref: REF,
    release: "v0.1.0",
    owner: "@acme/ml",
    branch: "main",
    mergeQueue: false,
    matrix,
  };
  const files = [...scaffold(options)].filter(([file]) => file.startsWith(FOLDER));
  const title = matrix ? "init --matrix" : "init";
  return files.map(([file, text]) => ({ title: `${title}: ${file.slice(FOLDER.length + 1)}`, file, text }));
}

/** Every workflow that is ours to answer for. */
export function allWorkflowTexts(): WorkflowText[] {
  const gate = scaffoldedWorkflowTexts(true).filter(({ file }) => file.endsWith("model-gate.yml"));
  return [...ownWorkflowTexts(), ...scaffoldedWorkflowTexts(false), ...gate];
}
