import { readFile, stat } from "node:fs/promises";
import packageJson from "../../../package.json" with { type: "json" };
import { gateError } from "../../errors.ts";
import { openPorts } from "../../host/wiring.ts";
import { plainText } from "../../report/escape.ts";
import { init, type InitOptions, type InitReport } from "../../usecases/init/init.ts";
import { modelRef } from "../arguments.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  readonly ref: string;
  readonly release?: string;
  readonly owner: string;
  readonly branch: string;
  readonly mergeQueue?: boolean;
  readonly matrix?: boolean;
  readonly model?: string;
  /** `id@version` */
  readonly as?: string;
}

const MODEL_LIMIT = 2 ** 31 - 1;

/** `modelgate init`: writes what is missing, says what it left alone. */
export async function run(context: CommandContext, options: Options): Promise<number> {
  const { files } = await openPorts(context.surroundings);
  const report = await init(
    { files },
    {
      ref: options.ref,
      release: options.release ?? `v${packageJson.version}`,
      owner: options.owner,
      branch: options.branch,
      mergeQueue: options.mergeQueue ?? false,
      matrix: options.matrix ?? false,
      model: await givenModel(options),
    },
  );
  context.console.data({ result: "initialised", ...report });
  context.console.text(told(report));
  return 0;
}

async function givenModel({ model, as }: Options): Promise<InitOptions["model"]> {
  if (model === undefined) return null;
  if (as === undefined) throw gateError("INIT_MODEL_UNNAMED", `What ${model} is called is not said.`);
  return { ref: modelRef(as), bytes: await modelBytes(model) };
}

/** A file that the user named: it may lie anywhere. */
async function modelBytes(path: string): Promise<Uint8Array> {
  const where = { file: path };
  const stats = await stat(path).catch((cause: unknown) => {
    throw gateError("FILE_MISSING", "There is no such model file.", { where, cause });
  });
  if (!stats.isFile()) throw gateError("FILE_NOT_REGULAR", "This is no regular file.", { where });
  if (stats.size > MODEL_LIMIT)
    throw gateError("MODEL_TOO_LARGE", `The model has ${stats.size} bytes.`, { where });
  return readFile(path);
}

function told(report: InitReport): string {
  const lines = [
    ...report.written.map((path) => `wrote       ${path}`),
    ...report.unchanged.map((path) => `unchanged   ${path}`),
    ...report.leftAlone.map((path) => `left alone  ${path} (it has other content)`),
  ];
  const draft =
    report.draft === null ? [] : ["", `Still to come in ${report.draft}:`, ...indented(report.lacking)];
  return [...lines, ...draft, "", "Next:", ...indented(NEXT)].map(plainText).join("\n");
}

const NEXT = [
  "commit it on a branch and open a pull request: model-gate runs there for the first time; merge it when it has passed",
  "import .github/rulesets/main.json (Settings > Rules > Rulesets > New ruleset > Import a ruleset)",
  "modelgate doctor --repository owner/name (with GITHUB_TOKEN it looks at the settings too)",
];

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
