import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const TEMPLATES = "templates/.github/workflows";
const OWN = ".github/workflows";

/** A step that runs the gate; this repository has it from the base, so that a change is never judged by its own code. */
const GATE = /^( *)- uses: modelgate\/modelgate@MODELGATE_REF.*\n/m;
const GATE_FROM_BASE = `
$1- uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
$1  with:
$1    ref: \${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha }}
$1    path: .gate
$1    persist-credentials: false
$1# The tool that judges is the base's: bundles are not on main (ADR 1), so it is built here.
$1- run: npm ci
$1  working-directory: .gate
$1- uses: ./.gate
`.slice(1);

const ACTION = /^( *)- (id: [a-z]+\n +)?uses: modelgate\/modelgate\/(actions\/[a-z]+)@MODELGATE_REF.*\n/gm;
const INSTALLED = "$1# Bundles are not on main (ADR 1).\n$1- run: npm ci\n$1- $2uses: ./$3\n";

/** The command line from a release, which this repository has in its own work tree. */
const CLI_STEPS =
  / *- uses: actions\/checkout@[^\n]*\n *with:\n *repository: modelgate\/modelgate\n[\s\S]*?node-version: 24\n/;
const CLI = "node .modelgate/bin/modelgate.js";

/** A template as this repository uses it: with the actions and the command line that it is made of. */
export function ownWorkflow(template: string): string {
  return template
    .replace(GATE, GATE_FROM_BASE)
    .replace(ACTION, INSTALLED)
    .replace(CLI_STEPS, "")
    .replaceAll(CLI, "npx modelgate")
    .replaceAll("MODELGATE_BRANCH", "main");
}

/** File name -> what it should be, for each workflow that `modelgate init` writes by default. */
export function ownWorkflows(root: string = ROOT): ReadonlyMap<string, string> {
  const names = readdirSync(join(root, TEMPLATES)).filter((name) => !name.includes(".matrix."));
  return new Map(
    names
      .sort()
      .map((name) => [`${OWN}/${name}`, ownWorkflow(readFileSync(join(root, TEMPLATES, name), "utf8"))]),
  );
}

if (import.meta.main) {
  for (const [path, text] of ownWorkflows()) {
    const file = join(ROOT, path);
    if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
  }
}
