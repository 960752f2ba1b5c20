import { counted } from "../../domain/counted.ts";
import type { Forge } from "../../ports/forge.ts";
import { openPorts } from "../../host/wiring.ts";
import { doctor, type DoctorReport } from "../../usecases/doctor/doctor.ts";
import type { Finding } from "../../usecases/doctor/finding.ts";
import { plainText } from "../../report/escape.ts";
import { formatProblem } from "../console.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  /** `owner/name` on GitHub. */
  readonly repository?: string;
}

/** `modelgate doctor`: 0 when all is well, 1 with every finding otherwise. */
export async function run(context: CommandContext, options: Options): Promise<number> {
  const { files } = await openPorts(context.surroundings);
  const report = await doctor({ files, forge: await openForge(context, options) });
  const healthy = report.findings.length === 0;
  context.console.data({ result: healthy ? "healthy" : "findings", ...report });
  context.console.text([...told(report.findings, context.console.color), summary(report)].join("\n\n"));
  return healthy ? 0 : 1;
}

/**
 * The forge of the token in the environment; null when nobody asked for it and there is no token or repository.
 * FORGE_TOKEN_MISSING when it was asked for: settings that were not looked at must not pass for healthy ones.
 */
async function openForge(context: CommandContext, options: Options): Promise<Forge | null> {
  const { GITHUB_TOKEN, GH_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL } = process.env;
  const token = GITHUB_TOKEN ?? GH_TOKEN ?? "";
  const repository = options.repository ?? GITHUB_REPOSITORY;
  const asked = options.repository !== undefined;
  if (repository === undefined || (token === "" && !asked)) return null;
  const { openGitHub } = await import("../../adapters/github/forge.ts");
  return openGitHub({ token, repository, apiUrl: GITHUB_API_URL, signal: context.signal });
}

/** By rule: where it is broken and how, then once why it matters, the remedy and an example, indented. */
function told(findings: readonly Finding[], color: boolean): string[] {
  return [...Map.groupBy(findings, ({ code }) => code).values()].map((same) => {
    const [{ why, fix, example } = { why: "", fix: "", example: "" }] = same;
    const heads = same.map((finding) => formatProblem(finding, color).split("\n")[0] ?? "");
    const sample = example === "" ? [] : example.split("\n").map((line) => `      ${line}`);
    return [...heads, `  ${why}`, `  ${fix}`, ...sample].join("\n");
  });
}

function summary({ findings, workflows, unseen }: DoctorReport): string {
  const read = `${counted(workflows.length, "workflow")} read`;
  const found = findings.length === 0 ? "Nothing found" : `${findings.length} found`;
  return [`${found}; ${read}.`, ...unseen.map((what) => `Not looked at: ${plainText(what)}.`)].join("\n");
}
