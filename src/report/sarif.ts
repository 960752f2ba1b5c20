import type { Location, Log, ReportingDescriptor, Result } from "sarif";
import { digestOfJson } from "../domain/digest.ts";
import { formatJson } from "../domain/document/format.ts";
import { versionFolder } from "../domain/model-ref.ts";
import { type ReasonCode, reasons } from "../domain/reasons/catalogue.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { Problem } from "../errors.ts";
import { plainText } from "./escape.ts";
import { shortfallsOf, type Shortfall } from "./shortfalls.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/** A verdict as SARIF 2.1.0: a rule for each objective or reason code that did not pass, a result for each time. */
export function renderSarif(verdict: Verdict): string {
  const shortfalls = shortfallsOf(verdict);
  const manifest = `${versionFolder({ id: verdict.subject.model_id, version: verdict.subject.version })}/manifest.json`;
  return logOf(
    shortfalls.map(ruleOf),
    shortfalls.map((shortfall) => resultOf(shortfall, manifest)),
  );
}

/** Problems of input files as SARIF 2.1.0, each at its line and column. */
export function renderSarifProblems(problems: readonly Problem[]): string {
  return logOf(
    problems.map(({ code }) => ruleOfCode(code)),
    problems.map(resultOfProblem),
  );
}

function logOf(rules: readonly ReportingDescriptor[], results: readonly Result[]): string {
  const unique = [...new Map(rules.map((rule) => [rule.id, rule])).values()].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const log: Log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "modelgate", rules: unique } },
        columnKind: "utf16CodeUnits",
        results: [...results],
      },
    ],
  };
  return formatJson(log);
}

function ruleOf({ rule, why, fix, reason }: Shortfall): ReportingDescriptor {
  if (rule === reason && Object.hasOwn(reasons, reason)) return ruleOfCode(reason as ReasonCode);
  return {
    id: plainText(rule),
    shortDescription: { text: plainText(why || rule) },
    ...(fix === "" ? {} : { help: { text: plainText(fix) } }),
  };
}

function ruleOfCode(code: ReasonCode): ReportingDescriptor {
  const { meaning, fix } = reasons[code];
  return { id: code, shortDescription: { text: meaning }, help: { text: fix } };
}

function resultOf(
  { rule, severity, says, fix, reason, policy, waived }: Shortfall,
  manifest: string,
): Result {
  return {
    ruleId: plainText(rule),
    level: severity,
    message: { text: plainText([says, fix].filter(Boolean).join(" ")) },
    locations: [locationOf(manifest, { startLine: 1 })],
    ...(policy
      ? {
          relatedLocations: [
            { ...locationOf(policy.file, { startLine: policy.line }), message: { text: "the policy" } },
          ],
        }
      : {}),
    ...(waived === null ? {} : { suppressions: [{ kind: "external", justification: plainText(waived) }] }),
    partialFingerprints: { "modelgate/v1": digestOfJson([rule, reason, manifest]) },
    properties: { reason },
  };
}

function resultOfProblem({ code, message, fix, where }: Problem): Result {
  const region =
    where?.line === undefined ? undefined : { startLine: where.line, startColumn: where.column ?? 1 };
  return {
    ruleId: code,
    level: "error",
    message: { text: plainText(`${message} ${fix}`) },
    ...(where ? { locations: [locationOf(where.file, region)] } : {}),
    partialFingerprints: {
      "modelgate/v1": digestOfJson([code, where?.file ?? "", where?.pointer ?? "", message]),
    },
  };
}

function locationOf(file: string, region?: { startLine: number; startColumn?: number }): Location {
  const uri = plainText(file).split("/").map(encodeURIComponent).join("/");
  return { physicalLocation: { artifactLocation: { uri }, ...(region ? { region } : {}) } };
}
