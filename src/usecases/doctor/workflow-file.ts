import { type Document, childPointer } from "../../domain/document/document.ts";
import { parseYaml } from "../../domain/document/yaml.ts";
import type { Place } from "../../errors.ts";

/** A YAML mapping; anything else reads as an empty one, since GitHub itself refuses such a workflow. */
export type Mapping = Readonly<Record<string, unknown>>;

/** A part of a workflow, and where it stands. */
export interface Node {
  readonly value: Mapping;
  /** JSON pointer in the workflow's document. */
  readonly pointer: string;
}

export interface Job extends Node {
  readonly id: string;
  /** The name of the check that the job reports. */
  readonly name: string;
  readonly needs: readonly string[];
  readonly steps: readonly Node[];
}

/** A workflow file as the rules of the doctor read it. */
export interface WorkflowFile {
  readonly file: string;
  readonly lines: readonly string[];
  readonly document: Document;
  readonly top: Mapping;
  readonly jobs: readonly Job[];
  /** Events that start it -> their filters; empty filters where none are given. */
  readonly triggers: ReadonlyMap<string, Mapping>;
}

/** Errors: DOCUMENT_* with all problems found. */
export function readWorkflow(bytes: Uint8Array, file: string): WorkflowFile {
  const document = parseYaml(bytes, file);
  const top = mapping(document.value);
  return {
    file,
    lines: new TextDecoder().decode(bytes).split("\n"),
    document,
    top,
    jobs: Object.entries(mapping(top["jobs"])).map(([id, job]) => readJob(id, mapping(job))),
    triggers: readTriggers(top["on"]),
  };
}

export function mapping(value: unknown): Mapping {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Mapping) : {};
}

/** Strings of a list, or the one string that stands for a list. */
export function strings(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
}

/** The text of a scalar, "" for anything else: `true`, `"true"` and `${{ … }}` alike. */
export function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}

function readJob(id: string, value: Mapping): Job {
  const pointer = childPointer("/jobs", id);
  const steps = Array.isArray(value["steps"]) ? value["steps"] : [];
  return {
    id,
    value,
    pointer,
    name: typeof value["name"] === "string" ? value["name"] : id,
    needs: strings(value["needs"]),
    steps: steps.map((step, index) => ({ value: mapping(step), pointer: `${pointer}/steps/${index}` })),
  };
}

function readTriggers(on: unknown): ReadonlyMap<string, Mapping> {
  const named = strings(on).map((event) => [event, {}] as const);
  return new Map([
    ...named,
    ...Object.entries(mapping(on)).map(([event, its]) => [event, mapping(its)] as const),
  ]);
}

/** Where a text stands inside of the value at a pointer; the value's own place when it is not found. */
export function placeOfText(workflow: WorkflowFile, pointer: string, wanted: string): Place {
  const start = workflow.document.place(pointer);
  const first = (start.line ?? 1) - 1;
  const line = workflow.lines.findIndex((one, index) => index >= first && one.includes(wanted));
  if (line === -1) return start;
  return { ...start, line: line + 1, column: (workflow.lines[line]?.indexOf(wanted) ?? 0) + 1 };
}
