import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGit } from "../../../../src/adapters/git/open.ts";
import { gateError } from "../../../../src/errors.ts";
import { readBase } from "../../../../src/usecases/gate/base.ts";
import { readTrust } from "../../../../src/usecases/trust/read-trust.ts";
import { remeasured } from "../../../../src/usecases/check/remeasure.ts";
import { type Vouching, vouchingFor, type VouchingGit } from "../../../../src/usecases/check/vouching.ts";
import { TO_SHADOW } from "../../../support/check-scene.ts";
import { GIT_ENV } from "../../../support/git-repo.ts";
import { type VouchingScene, vouchingScene } from "../../../support/vouching-scene.ts";

const FOLDER = "evidence/flight-delay/1.0.0/run";
const BENCHMARK = `${FOLDER}/benchmark.json`;

describe("the commits of a proposal that bring evidence", () => {
  let scene: VouchingScene;
  let git: VouchingGit;
  let base: string;
  beforeAll(async () => {
    scene = await vouchingScene();
    git = await openGit(scene.root, GIT_ENV);
    base = scene.git("rev-parse", "main");
  });
  afterAll(() => scene[Symbol.dispose]());

  const by = (key: "bot" | "manager" | null, from: string, files: Record<string, string>): string =>
    scene.on(from, key === null ? null : scene[key], () => scene.commit(files, "files"));
  const asked = async (head: string, port: VouchingGit = git, from = base): Promise<Vouching> => {
    const trust = await readTrust(await openGit(scene.root, GIT_ENV), base);
    if (!trust) throw new Error("The base trusts nobody.");
    return vouchingFor(port, { base: from, head, folder: FOLDER, trust });
  };
  const VOUCHED = { vouched: true, by: ["bot"] };
  const nobody = (why: string): unknown => ({ vouched: false, why: expect.stringContaining(why) });

  it("leave out those that add approvals, or anything beside the pack", async () => {
    const good = by("bot", base, { [BENCHMARK]: "1" });
    const approved = by("manager", good, { [`${FOLDER}/approvals/manager.json`]: "{}" });
    expect(await asked(by(null, approved, { "evidence/flight-delay/1.0.0/run-2/x.json": "{}" }))).toEqual(
      VOUCHED,
    );
    const hidden = by(null, good, { [`${FOLDER}/approvals/nested/benchmark.json`]: "{}" });
    expect(await asked(hidden)).toEqual(nobody(`its commit ${hidden.slice(0, 12)} is not signed`));
  });

  it("hold those that take a file away, or make it executable", async () => {
    const good = by("bot", base, { [BENCHMARK]: "1", [`${FOLDER}/pack.json`]: "2" });
    const less = scene.on(good, null, () => {
      scene.git("rm", "-q", BENCHMARK);
      scene.commit({}, "less");
    });
    expect(await asked(less)).toEqual(nobody(less.slice(0, 12)));
    const mode = scene.on(good, null, () => {
      scene.git("update-index", "--chmod=+x", BENCHMARK);
      scene.git("commit", "-q", "-m", "mode");
    });
    expect(await asked(mode)).toEqual(nobody(mode.slice(0, 12)));
  });

  it("hold whoever brings again what the base once had", async () => {
    const had = by("bot", base, { [BENCHMARK]: "1" });
    const gone = scene.on(had, scene.bot, () => {
      scene.git("rm", "-q", BENCHMARK);
      scene.commit({}, "gone");
    });
    const again = scene.on(had, null, () => scene.commit({ "README.md": "an old branch" }, "beside"));
    expect(await asked(again)).toEqual(VOUCHED);
    expect(await asked(again, git, gone)).toEqual(nobody(again.slice(0, 12)));
  });

  it("are looked at up to a bound, along every parent", async () => {
    const good = by("bot", base, { [BENCHMARK]: "1" });
    /** The first parent is the one before on that branch where it is null or left out. */
    const made = (name: string, froms: readonly (string | null)[], at = 1.7e9): string =>
      [`commit refs/heads/${name}`, `committer A <a@example.org> ${at} +0000`, "data 1", "x"]
        .concat(froms.flatMap((from, n) => (from === null ? [] : `${n === 0 ? "from" : "merge"} ${from}`)))
        .join("\n");
    const stored = (name: string, commits: readonly string[]): string => {
      scene.plumb(["fast-import", "--quiet"], { input: `${commits.join("\n\n")}\n\n` });
      return scene.git("rev-parse", name);
    };
    const line = (count: number): string => {
      const next = Array.from({ length: count }, (_, n) => made(`line-${count}`, n === 0 ? [good] : []));
      return stored(`line-${count}`, next);
    };
    const octopus = (count: number): string => {
      const arms = Array.from({ length: count }, (_, n) => `arm-${count}-${n}`);
      const grown = arms.map((arm, n) => made(arm, [good], 1.7e9 + n));
      return stored(`body-${count}`, [
        ...grown,
        made(
          `body-${count}`,
          arms.map((arm) => `refs/heads/${arm}`),
        ),
      ]);
    };
    /** Few commits, each of which merges the same ones again. */
    const knot = (count: number): string => {
      const next = Array.from({ length: count }, (_, n) =>
        made(`knot-${count}`, n === 0 ? [good] : [null, good, base]),
      );
      return stored(`knot-${count}`, next);
    };
    const tooMany = nobody("it is more than 64 commits, or too many merges");
    expect([await asked(line(63)), await asked(line(64))]).toEqual([VOUCHED, tooMany]);
    expect([await asked(octopus(12)), await asked(octopus(130))]).toEqual([VOUCHED, tooMany]);
    expect([await asked(knot(30)), await asked(knot(60))]).toEqual([VOUCHED, tooMany]);
  });

  it("are none where nothing is brought: then nobody vouches for it", async () => {
    expect(await asked(by("bot", base, { "README.md": "x" }))).toEqual(nobody("none of its commits"));
    expect(await asked(base)).toEqual(nobody("none of its commits"));
  });

  it("are vouched for by nobody when they cannot be read; what is no refusal goes on", async () => {
    const good = by("bot", base, { [BENCHMARK]: "1" });
    const failing = (error: Error): VouchingGit => ({
      facts: (commit) => git.facts(commit),
      isAncestor: (one, other) => git.isAncestor(one, other),
      object: (id) => git.object(id),
      async tree() {
        throw error;
      },
    });
    const corrupt = failing(gateError("GIT_OBJECT_CORRUPT", "It has another id."));
    expect(await asked(good, corrupt)).toEqual(nobody("its commits cannot be read (GIT_OBJECT_CORRUPT)"));
    await expect(asked(good, failing(new TypeError("a bug")))).rejects.toThrow("a bug");
  });

  it("cost few questions, and none where nothing is left to vouch for", async () => {
    const questions: string[] = [];
    const counting: VouchingGit = {
      facts: (commit) => (questions.push("facts"), git.facts(commit)),
      isAncestor: (one, other) => (questions.push("isAncestor"), git.isAncestor(one, other)),
      object: (id) => (questions.push("object"), git.object(id)),
      tree: (commit, folder) => (questions.push("tree"), git.tree(commit, folder)),
    };
    expect(await asked(by("bot", base, { [BENCHMARK]: "1" }), counting)).toEqual(VOUCHED);
    expect(questions.sort()).toEqual(["facts", "object", "tree"]);
    questions.length = 0;
    const request = { ...TO_SHADOW, version: "1.0.0" };
    const full = await readBase(await openGit(scene.root, GIT_ENV), base, request);
    const change = { base, head: base };
    const left = (of: Partial<typeof full>, event: typeof request.event) =>
      remeasured(counting, {
        base: { ...full, ...of },
        request: { ...request, event },
        change,
        folder: FOLDER,
      });
    const without = await left({ trust: null }, "PROMOTE_TO_SHADOW");
    expect(without).toMatchObject({ taken: ["benchmark"], vouching: null });
    expect(await left({}, "ENABLE")).toMatchObject({ taken: [], left: [], vouching: null });
    expect(questions).toEqual([]);
  });
});
