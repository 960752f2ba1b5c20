import type { Files } from "../../ports/files.ts";
import { type Finding, finding } from "./finding.ts";
import { covers, type PatternLine, patternLines } from "./path-patterns.ts";

/** GitHub takes the first of these that exists. */
const CODEOWNERS = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
const ATTRIBUTES = ".gitattributes";
const SIZE_LIMIT = 256 * 1024;

/** One path of each thing that the gate rests on. */
const GOVERNING = [
  { path: "policies/gates/production.yaml", what: "The policies" },
  { path: ".github/workflows/model-gate.yml", what: "The workflows" },
  { path: ".github/CODEOWNERS", what: "CODEOWNERS" },
  { path: "deployed.json", what: "deployed.json" },
];

/** One path of each thing that is hashed. */
const HASHED = [
  { path: "models/any-model/1.0.0/training.json", what: "models/" },
  { path: "evidence/any-model/1.0.0/any-run/pack.json", what: "evidence/" },
  { path: "deployed.json", what: "deployed.json" },
];

/** Whether rules have owners, and hashed bytes stay as they are. FILE_* when a file cannot be read. */
export async function fileFindings(files: Files): Promise<Finding[]> {
  return [...(await ownerFindings(files)), ...(await attributeFindings(files))];
}

async function ownerFindings(files: Files): Promise<Finding[]> {
  for (const file of CODEOWNERS) {
    const bytes = await files.readIfExists(file, SIZE_LIMIT);
    if (bytes) return unowned(patternLines(new TextDecoder().decode(bytes)), file);
  }
  const message = "There is no CODEOWNERS file, so nobody owns policies and workflows.";
  return [finding("DOCTOR_RULES_UNOWNED", message, { file: ".github/CODEOWNERS" })];
}

/** The last line that covers a path decides, also when it names nobody. */
function unowned(lines: readonly PatternLine[], file: string): Finding[] {
  return GOVERNING.flatMap(({ path, what }) => {
    const last = lines.findLast(({ pattern }) => covers(pattern, path));
    if (last && last.words.length > 0) return [];
    const where = last ? { file, line: last.line, column: 1 } : { file };
    return [finding("DOCTOR_RULES_UNOWNED", `${what} (such as ${path}) have no owner.`, where)];
  });
}

async function attributeFindings(files: Files): Promise<Finding[]> {
  const bytes = await files.readIfExists(ATTRIBUTES, SIZE_LIMIT);
  const lines = patternLines(bytes ? new TextDecoder().decode(bytes) : "");
  return HASHED.filter(({ path }) => !isKept(lines, path)).map(({ what }) =>
    finding("DOCTOR_BYTES_CONVERTED", `Git may convert line endings of ${what}.`, { file: ATTRIBUTES }),
  );
}

/** `-text` or `binary`, said last. */
function isKept(lines: readonly PatternLine[], path: string): boolean {
  const said = lines
    .filter(({ pattern }) => covers(pattern, path))
    .flatMap(({ words }) => words)
    .findLast((word) => /^(?:[-!]?text(?:=.*)?|binary)$/.test(word));
  return said === "-text" || said === "binary";
}
