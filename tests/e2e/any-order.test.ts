import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGit } from "../../src/adapters/git/open.ts";
import { seededRandom } from "../../src/measure/random.ts";
import { audit } from "../../src/usecases/audit/audit.ts";
import { live } from "../../src/usecases/live.ts";
import { GIT_ENV, type GitRepo, gitRepo } from "../support/git-repo.ts";
import { signatureHeader } from "../support/object-writer.ts";
import { recordedProgress } from "../support/parity-run.ts";
import { SMALL_POLICIES } from "../support/small-policies.ts";
import { FIXED_KEY, SyntheticHistory } from "../support/synthetic-history.ts";
import { repositoryOf } from "../support/synthetic-repository.ts";

/** Promotions of many models that were proposed on one base, merged by plain git as they come. */
const MODELS = Array.from({ length: 20 }, (_, n) => `model-${n}`);
const ORDERS = 50;

let repo: GitRepo;
let base: string;
let start: number;
const proposals = new Map<string, string>();

beforeAll(() => {
  const versions = MODELS.map((id) => ({ id, version: "1.0.0" }));
  const history = new SyntheticHistory({ policies: SMALL_POLICIES, versions });
  for (const model of MODELS) history.promote({ model, version: "1.0.0", event: "PROMOTE_TO_SHADOW" });
  for (const model of MODELS)
    proposals.set(
      model,
      history.propose({ model, version: "1.0.0", event: "PROMOTE_TO_CANARY", phase: "5%" }),
    );
  [base, start] = [history.head, history.seconds];
  repo = gitRepo();
  repositoryOf(repo.root, history, history.objects.commits);
});
afterAll(() => repo[Symbol.dispose]());

/** Fisher and Yates, by a seed. */
function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  const random = seededRandom(seed);
  const mixed = [...list];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
  }
  return mixed;
}

/** Merges a proposal as `git merge --no-ff` does, without a work tree, and signs the merge. */
function merged(onto: string, proposal: string, seconds: number): string {
  const tree = repo.git("merge-tree", "--write-tree", onto, proposal);
  const person = `Ada <ada@example.org> ${seconds} +0000`;
  const head = `tree ${tree}\nparent ${onto}\nparent ${proposal}\nauthor ${person}\ncommitter ${person}\n`;
  const signature = signatureHeader(Buffer.from(`${head}\nmerge\n`), FIXED_KEY);
  const args = ["hash-object", "-t", "commit", "-w", "--stdin"];
  const input = `${head}${signature}\nmerge\n`;
  return execFileSync("git", args, { cwd: repo.root, env: GIT_ENV, input, encoding: "utf8" }).trim();
}

const inOrder = (models: readonly string[]): string =>
  models.reduce((onto, model, at) => merged(onto, proposals.get(model) ?? "", start + 3600 * (at + 1)), base);

describe("twenty promotions of as many models on one base", () => {
  it(
    `merge in any order without a conflict, to one and the same ledger: ${ORDERS} orders`,
    { timeout: 300_000 },
    async () => {
      const trees = new Set<string>();
      for (let seed = 0; seed < ORDERS; seed += 1) {
        const head = inOrder(shuffled(MODELS, seed));
        trees.add(repo.git("rev-parse", `${head}^{tree}`));
        repo.git("update-ref", `refs/heads/order-${seed}`, head);
      }
      expect(trees.size).toBe(1);
    },
  );

  it.each([0, 17, 49])("pass the audit in order %i, each on the state of its own model", async (seed) => {
    repo.git("checkout", "-q", "-f", `order-${seed}`);
    const git = await openGit(repo.root, GIT_ENV);
    const { report } = await audit({ git, progress: recordedProgress() });
    const landed = report.commits.slice(-MODELS.length);
    expect(landed.map(({ outcome, reasons }) => [outcome, reasons])).toEqual(MODELS.map(() => ["PASS", []]));
    expect(landed.map(({ transition }) => transition?.revision)).toEqual(MODELS.map(() => 2));
    expect([report.outcome, report.transitions]).toEqual(["PASS", 2 * MODELS.length]);
  });

  it("answer what was live at any time, for each model by its own chain", async () => {
    const order = shuffled(MODELS, 49);
    const git = await openGit(repo.root, GIT_ENV);
    for (const [at, model] of order.entries()) {
      const ask = (seconds: number) =>
        live({ git }, { model, environment: "prod", at: new Date(seconds * 1000) });
      const [before, after] = [await ask(start + 3600 * at), await ask(start + 3600 * (at + 1))];
      expect([before.revision, after.revision, after.proven]).toEqual([1, 2, 2]);
    }
  });

  it("merge in a work tree too, as a person would do it", () => {
    repo.git("checkout", "-q", "-f", "-B", "by-hand", base);
    for (const model of shuffled(MODELS, 99).slice(0, 5))
      repo.git("merge", "-q", "--no-ff", "-m", "merge", proposals.get(model) ?? "");
    expect(repo.git("status", "--porcelain", "--untracked-files=no")).toBe("");
    expect(repo.git("log", "--first-parent", "--format=%s", "-5")).toBe(Array(5).fill("merge").join("\n"));
  });
});
