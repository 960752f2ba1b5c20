import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

/** What `modelgate init` writes: the folder of templates, and the policies that this repository lives by. */
const SOURCES = [
  { folder: "templates", below: "templates" },
  { folder: "policies", below: "." },
] as const;

/** Whom this repository trusts is nobody else's business: there is a template beside it. */
const OWN: ReadonlySet<string> = new Set(["policies/trust.yaml"]);

const TYPES = `// Generated from templates/ and policies/ by scripts/compile-templates.ts. Do not edit.
/** Path in the new repository -> text, with the placeholders of src/usecases/init/scaffold.ts. */
export declare const templates: Readonly<Record<string, string>>;
`;

/** Writes `src/generated/templates.js`, so that a bundle carries its templates. The output is not committed. */
export function compileTemplates(root: string = ROOT): void {
  const texts = Object.fromEntries(SOURCES.flatMap((source) => textsOf(root, source)));
  const folder = join(root, "src", "generated");
  mkdirSync(folder, { recursive: true });
  writeIfChanged(
    join(folder, "templates.js"),
    `// Generated from templates/ and policies/ by scripts/compile-templates.ts. Do not edit.\nexport const templates = ${JSON.stringify(texts, null, 2)};\n`,
  );
  writeIfChanged(join(folder, "templates.d.ts"), TYPES);
}

function textsOf(root: string, source: { folder: string; below: string }): [string, string][] {
  const entries = readdirSync(join(root, source.folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files
    .filter((file) => !OWN.has(relative(root, file).replaceAll("\\", "/")))
    .sort()
    .map((file) => [
      relative(join(root, source.below), file).replaceAll("\\", "/"),
      readFileSync(file, "utf8"),
    ]);
}

function writeIfChanged(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (import.meta.main) compileTemplates();
