import { formatModelRef } from "../../domain/model-ref.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { counted } from "../../domain/counted.ts";
import { openPorts } from "../../host/wiring.ts";
import { renderFindings, renderValidation } from "../../report/validation.ts";
import { validate, type ValidationReport } from "../../usecases/registry/validate.ts";
import { belowRoot } from "../below-root.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  readonly base?: string;
  readonly all?: boolean;
}

/** `modelgate validate [PATH…]`: 0 when nothing is wrong, 1 with every problem otherwise. */
export async function run(
  context: CommandContext,
  paths: readonly string[],
  options: Options,
): Promise<number> {
  const ports = await openPorts(context.surroundings);
  const asked = paths.map((path) => belowRoot(ports.git.root, path, context.surroundings.repo));
  const report = await validate(ports, { ...options, paths: asked });
  const valid = report.problems.length === 0;
  context.console.data({ result: valid ? "valid" : "invalid", ...report });
  if (!valid) context.console.text(renderValidation(report.problems));
  if (report.findings.length > 0) context.console.text(renderFindings(report.findings));
  context.console.text(summary(report));
  return valid ? 0 : 1;
}

function summary({ checked, files, problems, base }: ValidationReport): string {
  const compared = base === null ? "" : ` ${shortCommit(base)}`;
  if (problems.length > 0)
    return `${counted(problems.length, "problem")} in ${counted(checked.length, "version")}.`;
  if (checked.length === 0) return `Nothing to check: no version differs from the base${compared}.`;
  const names = checked.length <= 5 ? `: ${checked.map(formatModelRef).join(", ")}` : "";
  return `Valid: ${counted(checked.length, "version")}, ${counted(files, "file")} verified${names}.`;
}
