import { readFileSync, writeFileSync } from "node:fs";
import { METRICS } from "../src/domain/metrics.ts";
import { reasons } from "../src/domain/reasons/catalogue.ts";

const PAGE = new URL("../docs/reason-codes.md", import.meta.url);

const KINDS = {
  1: "The gate says no (exit 1)",
  2: "Bad usage or bad input (exit 2)",
  3: "The tool or the runner broke (exit 3)",
} as const;

/** docs/reason-codes.md, made from the catalogue that `modelgate explain` reads. */
export function reasonCodesPage(): string {
  const sections = ([1, 2, 3] as const).map((exit) => `## ${KINDS[exit]}\n\n${codeTable(exit)}\n`);
  return `# Reason codes

Made by \`npm run docs\` from \`src/domain/reasons/\`. \`modelgate explain CODE\` prints the same. Codes are stable: they are
never renamed or reused.

${sections.join("\n")}
## Metrics

What an objective may name. \`modelgate explain METRIC\` prints the same.

${metricTable()}
`;
}

function codeTable(exit: 1 | 2 | 3): string {
  const rows = Object.entries(reasons)
    .filter(([, reason]) => reason.exit === exit)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, reason]) => `| \`${code}\` | ${cell(reason.meaning)} | ${cell(reason.fix)} |`);
  return ["| code | meaning | fix |", "|---|---|---|", ...rows].join("\n");
}

function metricTable(): string {
  const rows = [...METRICS].map(([id, metric]) => {
    const better = metric.direction === "lower_is_better" ? "lower" : "higher";
    return `| \`${id}\` | ${metric.unit} | ${better} | ${cell(metric.meaning)} |`;
  });
  return ["| metric | unit | better | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", String.raw`\|`);
}

if (import.meta.main) {
  const page = reasonCodesPage();
  if (readFileSync(PAGE, { encoding: "utf8", flag: "a+" }) !== page) writeFileSync(PAGE, page);
}
