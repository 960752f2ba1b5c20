import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GitRepo, GIT_ENV } from "../support/git-repo.ts";
import { SMALL_POLICIES } from "../support/small-policies.ts";
import { SyntheticHistory } from "../support/synthetic-history.ts";
import { unpacked } from "../support/unpacked-history.ts";

const BIN = resolve(import.meta.dirname, "../../bin/modelgate.js");
const run = promisify(execFile);

let history: SyntheticHistory;
let repo: GitRepo;

/** Shadow, canary, production, all of 1.0.0; then 1.1.0 becomes a shadow. An hour lies between two. */
beforeEach(() => {
  const versions = ["1.0.0", "1.1.0"].map((version) => ({ id: "m", version }));
  history = new SyntheticHistory({ versions, policies: SMALL_POLICIES });
  const m = { model: "m", version: "1.0.0" };
  history.promote({ ...m, event: "PROMOTE_TO_SHADOW" });
  history.promote({ ...m, event: "PROMOTE_TO_CANARY", phase: "5%" });
  history.promote({ ...m, event: "PROMOTE_TO_PRODUCTION" });
  history.promote({ ...m, version: "1.1.0", event: "PROMOTE_TO_SHADOW" });
  repo = unpacked(history);
  repo.git("reset", "--hard", "--quiet", "main");
});
afterEach(() => repo[Symbol.dispose]());

async function modelgate(...args: readonly string[]) {
  const options = { env: { ...GIT_ENV, NO_COLOR: "1", COLUMNS: "100" }, cwd: repo.root };
  try {
    return { exit: 0, ...(await run(process.execPath, [BIN, ...args], options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exit: code, stdout, stderr };
  }
}

async function document(...args: readonly string[]): Promise<Record<string, unknown>> {
  return JSON.parse((await modelgate("--json", ...args)).stdout) as Record<string, unknown>;
}

/** Exit code and problems. */
async function refusal(...args: readonly string[]): Promise<readonly [number, unknown]> {
  const { exit, stdout } = await modelgate("--json", ...args);
  return [exit, (JSON.parse(stdout) as { problems: unknown }).problems];
}

/** The folder of the pack of a revision. */
async function packOf(revision: number): Promise<string> {
  const { transitions } = (await document("history", "m")) as {
    transitions: { transition: { revision: number; evidence: string } }[];
  };
  return transitions.find(({ transition }) => transition.revision === revision)?.transition.evidence ?? "";
}

describe("modelgate audit --report", () => {
  it("writes the whole report as JSON where the name asks for it, the same as --json", async () => {
    const file = join(repo.root, "audit.json");
    const { exit, stdout } = await modelgate("--json", "audit", "--report", file);
    expect(exit).toBe(0);
    const told = JSON.parse(stdout) as { commits: unknown[] };
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(told);
    expect(told.commits).toHaveLength(5);
  });
});

describe("modelgate live", () => {
  it("names version, signer, evidence and the commits between then and what was in force", async () => {
    const answer = await document("live", "m", "--env", "prod");
    const [, , , third = "", fourth = ""] = history.objects.commits;
    expect(answer).toMatchObject({
      slot: { version: "1.0.0", serving: true },
      revision: 4,
      commit: fourth,
      proven: 4,
      chain: [
        { revision: 3, commit: third },
        { revision: 4, commit: fourth },
      ],
      judged: {
        commit: third,
        outcome: "PASS",
        signer: { principal: "ada" },
        transition: { event: "PROMOTE_TO_PRODUCTION", approved_by: [], evidence: await packOf(3) },
      },
    });
  });

  it("says the same to people", async () => {
    const { exit, stdout } = await modelgate("live", "m", "--env", "prod", "--at", "2023-11-15T02:00:00Z");
    expect(exit).toBe(0);
    await expect(stdout).toMatchFileSnapshot("../cases/audit/live.txt");
  });

  it("answers for the time before, and exits 1 when nothing was live", async () => {
    const { exit, stdout } = await modelgate("live", "m", "--env", "prod", "--at", "2023-11-15T00:30:00Z");
    expect([exit, stdout.split("\n")[0]]).toEqual([
      1,
      "No version of m was in production in prod at 2023-11-15T00:30:00Z.",
    ]);
  });

  it("refuses a clone in which an object is replaced", async () => {
    repo.git("replace", history.objects.commits[3] ?? "", history.objects.commits[2] ?? "");
    const { exit, stderr } = await modelgate("live", "m", "--env", "prod");
    expect([exit, stderr.split(" ")[0]]).toEqual([2, "AUDIT_CLONE_REPLACED"]);
  });
});

describe("modelgate history", () => {
  it("lists every transition of the model with its verdict, in order", async () => {
    const { exit, stdout } = await modelgate("history", "m");
    expect(exit).toBe(0);
    await expect(stdout).toMatchFileSnapshot("../cases/audit/history.txt");
  });

  it("exits 1 when one of them does not stand, and says why", async () => {
    const m = { model: "m", version: "1.0.0", event: "DISABLE" } as const;
    const { run_id } = history.decide(m);
    history.tree.write(`evidence/m/1.0.0/${run_id}/verdict.json`, "{}\n");
    history.commit();
    using broken = unpacked(history);
    const { root } = broken;
    const { exit, stdout } = await modelgate("-C", root, "history", "m");
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^FAIL .* DISABLE 1\.0\.0 in prod$/m);
    expect(stdout).toContain("EVIDENCE_DIGEST_MISMATCH");
  });

  it("knows no model that nobody registered", async () => {
    const { exit, stderr } = await modelgate("history", "n");
    expect([exit, stderr.split(" ")[0]]).toEqual([2, "GATE_MODEL_UNKNOWN"]);
  });
});

describe("modelgate verify", () => {
  it("proves a pack that was merged, and says what it cannot prove", async () => {
    const { exit, stdout } = await modelgate("verify", await packOf(3));
    expect(exit).toBe(0);
    await expect(stdout).toMatchFileSnapshot("../cases/audit/verify.txt");
  });

  it("proves a pack that lies elsewhere by its own base, and says that nobody merged it there", async () => {
    cpSync(join(repo.root, await packOf(3)), join(repo.root, "copy"), { recursive: true });
    const { steps, landed } = await document("verify", "copy");
    expect(landed).toBeNull();
    expect(outcomes(steps)).toEqual(["PASS", "PASS", "PASS", "PASS", "SKIPPED"]);
  });

  const CASES: readonly [string, (folder: string) => void, readonly string[], string][] = [
    [
      "a file that was edited",
      (folder) => edit(join(folder, "verdict.json"), (text) => text.replace("PASS", "WARN")),
      ["FAIL", "SKIPPED", "SKIPPED", "SKIPPED", "SKIPPED"],
      "EVIDENCE_DIGEST_MISMATCH",
    ],
    [
      "a file that is missing",
      (folder) => rmSync(join(folder, "verdict.json")),
      ["FAIL", "SKIPPED", "SKIPPED", "SKIPPED", "SKIPPED"],
      "CHECK_PACK_INCOMPLETE",
    ],
    [
      "a base commit that is nowhere",
      (folder) =>
        edit(join(folder, "pack.json"), (text) =>
          text.replace(/"base_commit": "[0-9a-f]+"/, `"base_commit": "${"0".repeat(40)}"`),
        ),
      ["PASS", "PASS", "FAIL", "SKIPPED", "SKIPPED"],
      "EVIDENCE_BASE_MISMATCH",
    ],
    [
      "another ledger than its base has",
      (folder) =>
        edit(join(folder, "pack.json"), (text) =>
          text.replace(/"ledger_digest": "sha256:[0-9a-f]+"/, `"ledger_digest": "sha256:${"0".repeat(64)}"`),
        ),
      ["PASS", "PASS", "FAIL", "SKIPPED", "SKIPPED"],
      "EVIDENCE_LEDGER_MISMATCH",
    ],
    [
      "no pack.json",
      (folder) => rmSync(join(folder, "pack.json")),
      ["FAIL", "SKIPPED", "SKIPPED", "SKIPPED", "SKIPPED"],
      "CHECK_PACK_MISSING",
    ],
  ];

  it.each(CASES)("refuses %s", async (_what, break_, expected, code) => {
    const folder = join(repo.root, "copy");
    cpSync(join(repo.root, await packOf(2)), folder, { recursive: true });
    break_(folder);
    const { exit, stdout } = await modelgate("--json", "verify", "copy");
    const { steps } = JSON.parse(stdout) as { steps: Step[] };
    expect(exit).toBe(1);
    expect(outcomes(steps)).toEqual(expected);
    expect(steps.flatMap(({ problems }) => problems)[0]?.code).toBe(code);
  });

  it("says once where a file is, beside the message", async () => {
    const folder = join(repo.root, "copy");
    cpSync(join(repo.root, await packOf(2)), folder, { recursive: true });
    edit(join(folder, "verdict.json"), (text) => text.replace("PASS", "WARN"));
    const { steps } = await document("verify", "copy");
    expect((steps as Step[])[0]?.problems).toMatchObject([
      {
        where: { file: "copy/verdict.json" },
        message: expect.stringMatching(
          /^verdict\.json has sha256:[0-9a-f]{64}, wanted is sha256:[0-9a-f]{64}\.$/,
        ),
      },
    ]);
  });

  it("has nothing to say of a folder that is not there: it may be misspelt", async () => {
    const misspelt = `${await packOf(2)}x`;
    mkdirSync(join(repo.root, "empty"));
    for (const folder of [misspelt, "empty", "deployed.json"])
      expect(await refusal("verify", folder)).toEqual([
        2,
        [
          {
            code: "FILE_MISSING",
            message: `There is no ${folder}/pack.json: the folder is not there, or nothing is in it.`,
            where: { file: folder },
            fix: "Name the folder of a run. The packs that were committed: git ls-files '*/pack.json'",
          },
        ],
      ]);
  });

  it.each(["..", "../elsewhere", ".", "/"])(
    "proves nothing outside of the repository: %s",
    async (folder) => {
      expect(await refusal("verify", folder)).toMatchObject([
        2,
        [{ code: "FILE_OUTSIDE", where: { file: folder } }],
      ]);
    },
  );

  it("reads no more than a pack can hold", async () => {
    cpSync(join(repo.root, await packOf(2)), join(repo.root, "copy"), { recursive: true });
    for (let file = 0; file < 256; file += 1) writeFileSync(join(repo.root, `copy/${file}.json`), "{}");
    expect(await refusal("verify", "copy")).toMatchObject([1, [{ code: "CHECK_PACK_TOO_LARGE" }]]);
    for (let file = 0; file < 256; file += 1) rmSync(join(repo.root, `copy/${file}.json`));
    for (const file of ["a", "b"]) {
      writeFileSync(join(repo.root, "copy", file), "");
      truncateSync(join(repo.root, "copy", file), 40 * 1024 * 1024);
    }
    expect(await refusal("verify", "copy")).toMatchObject([1, [{ code: "CHECK_PACK_TOO_LARGE" }]]);
  });

  it.each([
    ["finds another number", /"samples": \d+/, '"samples": 1000000', "FAIL"],
    ["tells other words apart", /"says": "[^"]*"/, '"says": "trust me"', "PASS"],
  ])("derives a verdict again that was edited and hashed anew: it %s", async (_, was, is, outcome) => {
    const folder = join(repo.root, "copy");
    mkdirSync(folder);
    cpSync(join(repo.root, await packOf(2)), folder, { recursive: true });
    const { digestOf } = await import("../../src/domain/digest.ts");
    edit(join(folder, "verdict.json"), (text) => text.replace(was, is));
    const verdict = readFileSync(join(folder, "verdict.json"));
    edit(join(folder, "pack.json"), (text) => {
      const pack = JSON.parse(text) as { files: { path: string; sha256: string; size: number }[] };
      const listed = pack.files.find(({ path }) => path === "verdict.json");
      Object.assign(listed ?? {}, { sha256: digestOf(verdict), size: verdict.length });
      return `${JSON.stringify(pack, null, 2)}\n`;
    });
    const { steps } = await document("verify", "copy");
    expect(outcomes(steps)).toEqual(["PASS", "PASS", "PASS", outcome, "SKIPPED"]);
    const derived = (steps as Step[])[3];
    expect(derived?.problems.map(({ code }) => code)).toEqual(
      outcome === "PASS" ? [] : ["CHECK_VERDICT_MISMATCH"],
    );
    expect(derived?.says).toMatch(
      outcome === "PASS" ? /but for sentences that another version/ : /byte for byte/,
    );
  });
});

interface Step {
  readonly outcome: string;
  readonly says: string;
  readonly problems: readonly { readonly code: string }[];
}

function outcomes(steps: unknown): readonly string[] {
  return (steps as readonly Step[]).map(({ outcome }) => outcome);
}

function edit(file: string, change: (text: string) => string): void {
  const text = readFileSync(file, "utf8");
  const changed = change(text);
  if (changed === text) throw new Error(`Nothing was changed in ${file}.`);
  writeFileSync(file, changed);
}
