import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../support/git-repo.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const TUTORIAL = readFileSync(resolve(PROJECT, "docs/tutorial.md"), "utf8");

/** Latency is for quiet machines; the other objectives of these policies are judged. */
const WITHOUT_LATENCY = `
node -e 'for (const name of ["canary", "production"]) {
  const file = "policies/gates/" + name + ".yaml";
  const text = fs.readFileSync(file, "utf8").split(/(?=^  - id: )/m);
  fs.writeFileSync(file, text.filter((one) => !one.includes("metric: benchmark.")).join(""));
}'
git commit --quiet --all --message "no latency"
`;

let folder: string;
let shown: string;

/** The blocks of the tutorial in one shell, as somebody who copies them. */
beforeAll(() => {
  folder = temporaryFolder();
  const blocks = [...TUTORIAL.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block ?? "");
  const quiet = blocks.findIndex((block) => block.includes("CANARY"));
  const script = ["set -euo pipefail", ...blocks.toSpliced(quiet, 0, WITHOUT_LATENCY)].join("\n");
  const who = { NAME: "Ada", EMAIL: "ada@example.org" };
  const identity = Object.entries(who).flatMap(([key, value]) =>
    ["AUTHOR", "COMMITTER"].map((role) => [`GIT_${role}_${key}`, value]),
  );
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    cwd: PROJECT,
    env: { ...process.env, ...Object.fromEntries(identity), TMPDIR: folder, NO_COLOR: "1", GITHUB_TOKEN: "" },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${stdout}\n${stderr}`);
  shown = stdout;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the tutorial leads from an ONNX file to production, and back", () => {
  const answers = shown.split("\n").filter((line) => /: (?:PASS|WARN|FAIL|INCONCLUSIVE)\. /.test(line));
  expect(answers.map((line) => line.replace(/\. .*/, ""))).toEqual([
    "Register late-flights 1.0.0: PASS",
    "Promote late-flights 1.0.0 to SHADOW in staging: PASS",
    "Promote late-flights 1.0.0 to CANARY (5%) in staging: PASS",
    "Promote late-flights 1.0.0 to CANARY (50%) in staging: PASS",
    "Promote late-flights 1.0.0 to PRODUCTION in staging: PASS",
    "Disable late-flights 1.0.0 in staging: PASS",
  ]);
  expect(shown).toMatch(/^late-flights 1\.0\.0 in staging$/m);
  expect(shown).toMatch(/^late-flights +staging +- +- +1\.0\.0 OFF +-$/m);
  expect(shown).toContain("Nothing found; 6 workflows read.");
});
