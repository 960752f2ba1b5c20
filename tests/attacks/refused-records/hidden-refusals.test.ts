import { afterEach, describe, expect, test } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import { schemaProblems } from "../../../src/domain/document/check-schema.ts";
import { formatJson } from "../../../src/domain/document/format.ts";
import { parseJson } from "../../../src/domain/document/json.ts";
import { REFUSALS_REF } from "../../../src/domain/records-ref.ts";
import { VERDICT_V1 } from "../../../src/generated/verdict-v1.js";
import { refusedBefore } from "../../../src/usecases/refusals/earlier.ts";
import { recordRefusal } from "../../../src/usecases/transition/refusals.ts";
import { changed, type CheckScene, checkScene } from "../../support/check-scene.ts";
import { decide, NOW, request, START } from "../../support/decisions.ts";
import { GIT_ENV, gitRepo, type GitRepo } from "../../support/git-repo.ts";

/** Somebody who may push wants an earlier refusal to be unheard of, or the gate to fall over what they left there. */

const SHADOW = "policies/gates/shadow.yaml";
const gate = (version: number, limit: string): string => `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: shadow, version: ${version}, owners: [ml-platform] }
match: { events: [PROMOTE_TO_SHADOW], environments: [staging, prod], models: ["*"] }
objectives:
  - { id: onnx-parity, metric: parity.max_abs_diff, hard: "${limit}", why: w, fix: f }
`;

describe("what main remembers", () => {
  /** Refused at 1e-5, then let through to prod at 0.1; asked for in staging now. */
  async function remembered(): Promise<CheckScene> {
    const scene = await checkScene();
    scene.answer(changed);
    scene.repo.commit({ [SHADOW]: gate(2, "<= 1e-5") }, "one limit");
    await expect(scene.propose({})).rejects.toThrow(/^Refused/);
    scene.repo.commit({ [SHADOW]: gate(3, "<= 0.1") }, "looser");
    scene.merge(await scene.propose({}));
    return scene;
  }
  const next = async (scene: CheckScene) => {
    const branch = await scene.propose({ environment: "staging" });
    return (await scene.check("main", branch)).decisions[0];
  };
  const REFUSED = { version: "1.0.0", objectives: ["onnx-parity"] };

  test("a ref that somebody deletes does not make a refusal unheard of", async () => {
    using scene = await remembered();
    scene.repo.git("update-ref", "-d", REFUSALS_REF);
    const decision = await next(scene);
    expect(decision?.attempts).toMatchObject({ number: 1, gone: [REFUSED] });
    expect(decision?.verdict.refused_before).toEqual([REFUSED]);
  });

  test("nor does one that somebody rewrites with a pack that passed", async () => {
    using scene = await remembered();
    const passed = scene.repo.git("rev-parse", "main:evidence");
    const tree = scene.repo.git("rev-parse", "main^{tree}");
    expect(passed).not.toBe(tree);
    const forged = scene.repo.git("commit-tree", "-m", "Refuse nothing", tree);
    scene.repo.git("update-ref", REFUSALS_REF, forged);
    const decision = await next(scene);
    expect(decision?.attempts?.gone).toEqual([REFUSED]);
    expect(decision?.verdict.refused_before).toEqual([REFUSED]);
  });

  test("and with the record in its place nothing is gone", async () => {
    using scene = await remembered();
    expect((await next(scene))?.attempts).toMatchObject({ gone: [], problems: [] });
  });
});

describe("a hostile line of records", () => {
  const open: GitRepo[] = [];
  afterEach(() => open.splice(0).forEach((repo) => repo[Symbol.dispose]()));

  /** One refusal that must be told whatever comes after it. */
  async function line() {
    const repo = gitRepo();
    open.push(repo);
    repo.commit(START);
    const git = await openGit(repo.root, GIT_ENV);
    const kept = await recordRefusal({ git }, await decide(git, request(), { outcome: "FAIL" }), {
      now: NOW,
    });
    const known = async () => refusedBefore(await openGit(repo.root, GIT_ENV), { model: "m" });
    return { repo, git, kept, known };
  }

  /** Appends a tree of paths of any mode, by plumbing: `mode type id` -> path. */
  function append(repo: GitRepo, entries: Readonly<Record<string, string>>, onto = true): string {
    const index = Object.entries(entries).map(([path, entry]) => `${entry}\t${path}`);
    repo.git("read-tree", ...(onto ? [REFUSALS_REF] : ["--empty"]));
    for (const line of index) {
      const [about = "", path = ""] = line.split("\t");
      const [mode = "", id = ""] = about.split(" ");
      repo.git("update-index", "--add", "--cacheinfo", `${mode},${id},${path}`);
    }
    const tree = repo.git("write-tree");
    const parents = onto ? ["-p", REFUSALS_REF] : [];
    const commit = repo.git("commit-tree", ...parents, "-m", "x", tree);
    repo.git("update-ref", REFUSALS_REF, commit);
    repo.git("read-tree", "HEAD");
    return commit;
  }
  const blob = (repo: GitRepo, text: string): string => {
    repo.write("scratch", text);
    return repo.git("hash-object", "-w", "scratch");
  };
  const run = (n: number): string => `m_1.1.0_none_20261120T100000Z_${n.toString(16).padStart(8, "0")}`;

  test("of symlinks, submodules, folders and rubbish in the place of a verdict counts each as a refusal", async () => {
    const { repo, kept, known } = await line();
    const [link, rubbish] = [blob(repo, "/etc/passwd"), blob(repo, '{"a":'.repeat(50_000))];
    append(repo, {
      [`evidence/m/1.1.0/${run(1)}/verdict.json`]: `120000 ${link}`,
      [`evidence/m/1.1.0/${run(2)}/verdict.json`]: `160000 ${kept.commit}`,
      [`evidence/m/1.1.0/${run(3)}/verdict.json/x`]: `100644 ${rubbish}`,
      [`evidence/m/1.1.0/${run(4)}/verdict.json`]: `100644 ${rubbish}`,
      [`evidence/m/1.1.0/${run(5)}/other.json`]: `100644 ${rubbish}`,
    });
    const { refusals, problems, unread } = await known();
    expect([problems, unread]).toEqual([[], 0]);
    expect(
      refusals.map(({ runId, outcome, objectives }) => [runId.slice(-1), outcome, ...objectives]),
    ).toEqual([
      ["0", "FAIL", "parity"],
      ["1", "INCONCLUSIVE", "GIT_NOT_A_FILE"],
      ["2", "INCONCLUSIVE", "GIT_NOT_A_FILE"],
      ["3", "INCONCLUSIVE", "GIT_NOT_A_FILE"],
      ["4", "INCONCLUSIVE", "DOCUMENT_TOO_DEEP"],
      ["5", "INCONCLUSIVE", "DOCUMENT_EMPTY"],
    ]);
  });

  test("with names that no version or run has brings nothing into a verdict", async () => {
    const { repo, known } = await line();
    const text = blob(repo, "{}");
    append(repo, {
      "evidence/m/not a version/run/verdict.json": `100644 ${text}`,
      "evidence/m/1.0.0;rm -rf/run/verdict.json": `100644 ${text}`,
      "evidence/m/1.0.0/run\nwith lines/verdict.json": `100644 ${text}`,
      "evidence/m/1.0.0/verdict.json": `100644 ${text}`,
      "evidence/m/v1.0.0/run/verdict.json": `100644 ${text}`,
      [`evidence/other/1.0.0/${run(1)}/verdict.json`]: `100644 ${text}`,
      "deployed.json": `100644 ${text}`,
    });
    const { refusals } = await known();
    expect(refusals.map(({ evidence }) => evidence)).toEqual([
      "evidence/m/1.0.0/m_1.0.0_none_20261120T100000Z_00000000",
    ]);
  });

  test("of another model's verdict under our name counts as a refusal of ours", async () => {
    const { repo, git, known } = await line();
    const foreign = await decide(git, request({ model: "other" }), { outcome: "FAIL" });
    const id = blob(repo, Buffer.from(foreign.pack.get("verdict.json")!).toString());
    append(repo, { [`evidence/m/1.1.0/${run(1)}/verdict.json`]: `100644 ${id}` });
    expect((await known()).refusals[1]).toMatchObject({
      objectives: ["EVIDENCE_SUBJECT_MISMATCH"],
      verdict: null,
    });
  });

  test("that buries a refusal under hundreds of passes is told to have more than was read", async () => {
    const { repo, git, known } = await line();
    const passed = blob(
      repo,
      Buffer.from((await decide(git, request())).pack.get("verdict.json")!).toString(),
    );
    const many = Array.from({ length: 300 }, (_, n) => [
      `evidence/m/1.1.0/${run(n)}/verdict.json`,
      `100644 ${passed}`,
    ]);
    append(repo, Object.fromEntries(many.slice(0, 200)) as Record<string, string>);
    append(repo, Object.fromEntries(many.slice(200)) as Record<string, string>);
    const { refusals, unread } = await known();
    expect(unread).toBe(301 - 64);
    // Passes of 1.0.0 under the name of 1.1.0: each is none.
    expect(refusals).toHaveLength(64);
  });

  test("of more commits than anybody reads one by one still tells the first", async () => {
    const { repo, known, kept } = await line();
    const tree = repo.git("rev-parse", `${REFUSALS_REF}^{tree}`);
    const text = blob(repo, "{}");
    for (let n = 0; n < 70; n += 1) {
      repo.git("read-tree", tree);
      repo.git("update-index", "--add", "--cacheinfo", `100644,${text},evidence/m/README-${n}`);
      const next = repo.git("commit-tree", "-p", REFUSALS_REF, "-m", "x", repo.git("write-tree"));
      repo.git("update-ref", REFUSALS_REF, next);
    }
    expect((await known()).refusals).toMatchObject([{ evidence: kept.evidence, objectives: ["parity"] }]);
  });

  test("whose objects are missing is told, never taken for an empty one", async () => {
    const { repo, kept, git } = await line();
    const elsewhere = { tips: ["1".repeat(40)], problems: [] };
    const { refusals, problems } = await refusedBefore(git, { model: "m", elsewhere });
    expect(refusals).toMatchObject([{ commit: kept.commit }]);
    expect(problems).toEqual([expect.stringMatching(/could not be read: .*\(GIT_UNKNOWN_REVISION\)$/)]);
    expect(repo.git("rev-parse", REFUSALS_REF)).toBe(kept.commit);
  });

  test("makes no verdict that its own schema would refuse", async () => {
    using scene = await checkScene();
    scene.answer(changed);
    scene.repo.commit({ [SHADOW]: gate(2, "<= 0.1") }, "one limit");
    const rubbish = blob(scene.repo, "{");
    append(
      scene.repo,
      {
        [`evidence/flight-delay/1.0.0/${"r".repeat(240)}/verdict.json`]: `100644 ${rubbish}`,
        [`evidence/flight-delay/9.9.9-${"a".repeat(50)}/r/verdict.json`]: `100644 ${rubbish}`,
      },
      false,
    );
    const report = await scene.check("main", await scene.propose({}));
    const [decision] = report.decisions;
    expect(report.problems).toEqual([]);
    expect(decision?.verdict.refused_before).toHaveLength(2);
    const bytes = Buffer.from(formatJson(decision?.verdict));
    expect(schemaProblems(parseJson(bytes, "verdict.json"), VERDICT_V1)).toEqual([]);
    expect(decision?.attempts?.number).toBe(3);
  });
});
