/** `node scripts/onnx-suite/run.ts CASES OPINIONS [--write]`: see docs/guides/foreign-models.md. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { markdownTable } from "markdown-table";
import { judgeAll } from "./judge-all.ts";
import { type JudgedCase, type Opinion, recordOf, type SuiteRecord } from "./record.ts";

const RECORD = join(import.meta.dirname, "record.json");

async function judgedCases(cases: string, opinions: string): Promise<JudgedCase[]> {
  const said = new Map(readOpinions(opinions).map((one) => [one.case, one.says]));
  const names = globSync("*/*/model.onnx", { cwd: cases })
    .map((path) => dirname(path))
    .sort();
  const lacking = names.filter((name) => !said.has(name));
  if (lacking.length > 0)
    throw new Error(`${opinions} says nothing about ${lacking.slice(0, 3).join(", ")}.`);
  const verdicts = await judgeAll(cases, names);
  return names.flatMap((name, at) => {
    const [verdict, opinion] = [verdicts[at], said.get(name)];
    return verdict && opinion ? [{ case: name, ...verdict, opinion }] : [];
  });
}

function readOpinions(path: string): Opinion[] {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Opinion);
}

/** The versions that requirements.txt pins. */
function pinned(): Pick<SuiteRecord, "onnx" | "onnxruntime"> {
  const text = readFileSync(join(import.meta.dirname, "requirements.txt"), "utf8");
  const version = (name: string) => new RegExp(`^${name}==(.+)$`, "m").exec(text)?.[1] ?? "";
  return { onnx: version("onnx"), onnxruntime: version("onnxruntime") };
}

function table({ passed_alone, not_passed, counts, cases }: SuiteRecord): string {
  const rows = [...passed_alone, ...not_passed].map(
    ({ cases: alike, verdict, codes, second_opinion, right, why }) => [
      String(alike.length),
      verdict,
      codes.join(" "),
      second_opinion,
      right === null ? "?" : right ? "right" : "WRONG",
      why ?? alike.slice(0, 3).join(" "),
    ],
  );
  const head = ["cases", "verdict", "codes", "Python", "", "why"];
  return `${counts.passed} of ${cases} pass.\n\n${markdownTable([head, ...rows])}\n`;
}

const [cases, opinions, write] = process.argv.slice(2);
if (cases === undefined || opinions === undefined) throw new Error("Usage: run.ts CASES OPINIONS [--write]");
const judged = await judgedCases(cases, opinions);
const record = recordOf(judged, pinned());
process.stdout.write(table(record));
if (write === "--write") writeFileSync(RECORD, `${JSON.stringify(record, null, 1)}\n`);
const isExplained = [...record.passed_alone, ...record.not_passed].every(({ right }) => right === true);
process.exitCode = isExplained ? 0 : 1;
