import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../../src/cli/program/program.ts";
import { reasons } from "../../../src/domain/reasons/catalogue.ts";
import { mapping, readWorkflow } from "../../../src/usecases/doctor/workflow-file.ts";
import { scaffoldedWorkflowTexts } from "../../support/workflows/all-workflows.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const GUIDE = readFileSync(join(ROOT, "docs/guides/github.md"), "utf8");
const WORKFLOWS = scaffoldedWorkflowTexts(false).map(({ file, text }) =>
  readWorkflow(Buffer.from(text), file),
);

describe("docs/guides/github.md", () => {
  it("names reason codes that exist", () => {
    const codes = GUIDE.match(/\b(?:FORGE|CHECK|ENGINE|GIT|DOCTOR|INIT)_[A-Z_]+\b/g) ?? [];
    expect(codes.length).toBeGreaterThan(8);
    expect(codes.filter((code) => !Object.hasOwn(reasons, code))).toEqual([]);
  });

  it("names every workflow that init writes, and no other", () => {
    const named = new Set(GUIDE.match(/\b[a-z-]+\.yml\b/g));
    expect([...named].sort()).toEqual(WORKFLOWS.map(({ file }) => file.split("/").at(-1) ?? "").sort());
  });

  it("tells the permissions that the jobs have", () => {
    for (const name of ["model-gate", "promote", "record"]) {
      const workflow = WORKFLOWS.find(({ file }) => file.endsWith(`/${name}.yml`));
      const granted = Object.entries(mapping(workflow?.jobs[0]?.value["permissions"]));
      const row = GUIDE.split("\n").find(
        (line) =>
          line.startsWith("|") && line.split("|")[1]?.includes(`\`${name}\``) && line.includes("contents:"),
      );
      const told = [...(row?.split("|")[2] ?? "").matchAll(/`([a-z-]+): ([a-z]+)`/g)].map(
        ([, what, level]) => [what, level],
      );
      expect(told).toEqual(granted);
    }
  });

  it.each(["promote.yml", "lifecycle.yml"])(
    "starts %s with inputs that it has, and with all that it needs",
    (name) => {
      const workflow = WORKFLOWS.find(({ file }) => file.endsWith(`/${name}`));
      const inputs = mapping(workflow?.triggers.get("workflow_dispatch")?.["inputs"]);
      const needed = Object.keys(inputs).filter((input) => mapping(inputs[input])["required"] === true);
      const starts = [...GUIDE.matchAll(new RegExp(`gh workflow run ${name}(.*)`, "g"))].map(
        ([, rest = ""]) => [...rest.matchAll(/-f ([a-z]+)=/g)].map(([, input]) => input),
      );
      expect(starts.length).toBeGreaterThan(0);
      for (const given of starts) expect(new Set(given)).toEqual(new Set(needed));
    },
  );

  it("shows commands that are understood", async () => {
    const blocks = [...GUIDE.matchAll(/```sh\n([^`]+)```/g)].map(([, text = ""]) => text).join("");
    const lines = [...blocks.matchAll(/(?<=^|&& |\) )modelgate ([a-z].*)$/gm)].map(([, line = ""]) => line);
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) {
      const verbs: string[] = [];
      const program = createProgram("1.2.3", (_load, args) => {
        verbs.push(String(args.length));
        return Promise.resolve();
      });
      await program.parseAsync(line.replace(/ +#.*$/, "").split(" "), { from: "user" });
      expect([line, verbs.length]).toEqual([line, 1]);
    }
  });

  it("has links that lead somewhere", () => {
    const links = [...GUIDE.matchAll(/\]\(([^)#]+)/g)].map(([, path = ""]) => path);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((path) => !existsSync(join(ROOT, "docs/guides", path)))).toEqual([]);
  });
});
