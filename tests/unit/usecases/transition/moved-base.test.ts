import { modelState } from "../../../../src/domain/ledger.ts";
import { modelDigest } from "../../../../src/ledger/ledger-text.ts";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { transitionPorts } from "../../../../src/host/transition-ports.ts";
import type { GateOptions } from "../../../../src/usecases/gate/gate.ts";
import type { AskedTransition } from "../../../../src/usecases/request.ts";
import { readLedger } from "../../../../src/usecases/gate/base-ledger.ts";
import { gitProposals } from "../../../../src/usecases/transition/proposals.ts";
import { transact, type TransitionResult } from "../../../../src/usecases/transition/transact.ts";
import { checkScene, type CheckScene, MODEL, startNow, TO_SHADOW } from "../../../support/check-scene.ts";

const GATE = "policies/gates/shadow.yaml";
const BRANCH = `promote/prod/${MODEL}`;

let scene: CheckScene;
beforeEach(async () => {
  scene = await checkScene([`${MODEL}@1.0.0`, `${MODEL}@1.1.0`, "silero-vad@6.0.0"]);
});
afterEach(() => scene[Symbol.dispose]());

/** Promotes while the world goes on: each move happens after a decision and before it is proposed. */
async function promote(
  moves: readonly (() => unknown)[],
  { ask = {}, gating = {} }: { ask?: Partial<AskedTransition>; gating?: Partial<GateOptions> } = {},
): Promise<TransitionResult> {
  const { ports } = scene;
  const start = startNow();
  const left = [...moves];
  const playing = transitionPorts(ports, { start, ...gating }, gitProposals(ports.git));
  const judge: typeof playing.judge = async (...judged) => {
    const decision = await playing.judge(...judged);
    await left.shift()?.();
    return decision;
  };
  return transact({ ...playing, judge }, { ...TO_SHADOW, ...ask }, { now: start.now });
}

const commit = (files: Readonly<Record<string, string>>): string => scene.repo.commit(files, "meanwhile");
const unrelated = (): string => commit({ "docs/notes.md": `${Math.random()}\n` });
const gateText = (): string => `${scene.repo.git("show", `HEAD:${GATE}`)}\n`;
const refs = (): string => scene.repo.git("for-each-ref", "--format=%(refname)", "refs/heads");
const proposed = (result: TransitionResult) => {
  if (result.kind !== "proposed") throw new Error(`Refused: ${JSON.stringify(result.decision.verdict)}`);
  return result;
};

describe("a base that moves while it is judged", () => {
  test("by an unrelated commit: what was measured is kept, and the check finds nothing amiss", async () => {
    const from = scene.repo.git("rev-parse", "main");
    let asked = 0;
    const { proposal, decision, rejudged } = proposed(
      await promote([() => ((asked = scene.asked()), unrelated())]),
    );
    const to = scene.repo.git("rev-parse", "main");
    expect(rejudged).toEqual([{ from, to, kept: ["parity"], measured: ["integrity"] }]);
    expect(scene.asked()).toBe(asked);
    expect(decision).toMatchObject({ baseCommit: to, verdict: { base_commit: to, outcome: "PASS" } });
    expect(await scene.ports.git.facts(proposal.commit)).toMatchObject({
      parents: [to],
      committedAt: new Date(decision.verdict.decided_at),
    });
    expect(await scene.check(to, proposal.commit)).toMatchObject({ problems: [], outcome: "PASS" });
  });

  test("under other policies: everything is measured again and judged by them", async () => {
    const { rejudged, decision } = proposed(
      await promote([() => commit({ [GATE]: `${gateText()}requires: { reason: true }\n` })]),
    );
    expect(rejudged).toMatchObject([{ kept: [], measured: ["integrity", "parity"] }]);
    const { proposal } = proposed(await promote([]));
    expect(proposal).toMatchObject({
      created: false,
      transition: { policy_digest: decision.verdict.policy_digest },
    });
  });

  test("under policies that the version does not meet: the refusal is kept, on the new base", async () => {
    const strict = gateText().replace('hard: ">= 1"', 'hard: ">= 1000"');
    const result = await promote([() => commit({ [GATE]: strict })]);
    expect(result).toMatchObject({ kind: "refused", decision: { verdict: { outcome: "FAIL" } } });
    if (result.kind !== "refused") return;
    const to = scene.repo.git("rev-parse", "main");
    expect(result.decision.verdict.base_commit).toBe(to);
    expect(refs()).toBe("refs/heads/main");
  });

  test("with another model under the same manifest: the base holds the version no longer", async () => {
    const edit = () => commit({ [`models/${MODEL}/1.0.0/model.onnx`]: "another model" });
    await expect(promote([edit])).rejects.toMatchObject({ code: "MANIFEST_FILE_SIZE_MISMATCH" });
    expect(refs()).toBe("refs/heads/main");
  });

  test("by the promotion of another model: its chain is its own", async () => {
    const ask = { event: "RETIRE", model: "silero-vad", version: "6.0.0", environment: null } as const;
    const { proposal, rejudged } = proposed(
      await promote([async () => scene.merge(await scene.propose({ ...ask, reason: "too slow" }))]),
    );
    expect(proposal.revision).toBe(1);
    expect(rejudged).toMatchObject([{ kept: ["parity"] }]);
    const [before, after] = await Promise.all([
      readLedger(scene.ports.git, "main"),
      readLedger(scene.ports.git, proposal.commit),
    ]);
    expect(modelState(after.ledger, MODEL).previous).toBe(modelDigest(modelState(before.ledger, MODEL)));
    expect(await scene.check("main", proposal.commit)).toMatchObject({ problems: [], outcome: "PASS" });
  });

  test("by another promotion of the same model: the race is lost, by name", async () => {
    const rival = async (): Promise<void> => scene.merge(await scene.propose({ reason: "mine" }));
    await expect(promote([rival])).rejects.toMatchObject({
      problems: [
        {
          code: "LEDGER_RACE_LOST",
          where: { file: "deployed.json", pointer: `/models/${MODEL}` },
          message: `While “Promote ${MODEL} 1.0.0 to SHADOW in prod” was judged, another transition of ${MODEL} came first: “Promote ${MODEL} 1.0.0 to SHADOW in prod” is revision 1 now.`,
          fix: expect.stringMatching(/modelgate status/),
        },
      ],
    });
    expect((await readLedger(scene.ports.git, BRANCH)).ledger.models[MODEL]?.transition?.reason).toBe("mine");
  });

  test("by the revocation of the very version: the ledger forbids it, by name", async () => {
    const ask = { event: "REVOKE", environment: null, reason: "poisoned" } as const;
    const revoke = async (): Promise<void> => scene.merge(await scene.propose(ask));
    await expect(promote([revoke])).rejects.toMatchObject({ code: "LEDGER_REVOKED" });
  });

  test("by an edit of its ledger: nothing is built on that", async () => {
    const edit = (): string =>
      commit({
        "deployed.json": scene.repo
          .git("show", "HEAD:deployed.json")
          .replace('"models": {}', '"models": {\n    }'),
      });
    await expect(promote([edit])).rejects.toMatchObject({ code: expect.stringMatching(/^LEDGER_/) });
    expect(refs()).toBe("refs/heads/main");
  });

  test("again and again: three bases are judged, then the race is lost", async () => {
    await expect(promote([unrelated, unrelated, unrelated])).rejects.toMatchObject({
      code: "GIT_RACE_LOST",
      message: expect.stringMatching(/It moved each of the 3 times that it was judged\.$/),
    });
    expect(refs()).toBe("refs/heads/main");
  });

  test("twice: the third decision stands", async () => {
    const { rejudged, proposal } = proposed(await promote([unrelated, unrelated]));
    expect(rejudged).toMatchObject([{ kept: ["parity"] }, { kept: ["parity"] }]);
    expect(rejudged[1]?.from).toBe(rejudged[0]?.to);
    expect(await scene.check("main", proposal.commit)).toMatchObject({ problems: [], outcome: "PASS" });
  });

  test("to another history: that is no base of the decision", async () => {
    const rewrite = (): void => void scene.repo.git("commit", "-q", "--amend", "-m", "rewritten");
    await expect(promote([rewrite])).rejects.toMatchObject({
      code: "GIT_RACE_LOST",
      message: expect.stringMatching(/The branch main was rewritten/),
    });
    expect(refs()).toBe("refs/heads/main");
  });

  test("not at all, but the work tree left the branch: nothing is proposed", async () => {
    const leave = (): void => void scene.repo.git("checkout", "-q", "-b", "elsewhere", "HEAD");
    const move = (): string => (leave(), unrelated());
    await expect(promote([move])).rejects.toMatchObject({ code: "GIT_RACE_LOST" });
    expect(refs()).toBe("refs/heads/elsewhere\nrefs/heads/main");
  });
});

describe("evidence that was handed in, on a base that moves", () => {
  const FOLDER = "out/evidence";

  async function handIn(): Promise<void> {
    const { decision } = proposed(await promote([]));
    scene.repo.git("branch", "-q", "-D", BRANCH);
    for (const [path, bytes] of decision.pack) {
      const file = join(scene.repo.root, FOLDER, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    // It is no file of the repository, so that no move of the base commits it.
    writeFileSync(join(scene.repo.root, ".git/info/exclude"), "out/\n");
  }
  afterEach(() => rmSync(join(scene.repo.root, "out"), { recursive: true, force: true }));

  test("is kept when nothing that it is bound to changed", async () => {
    await handIn();
    const asked = scene.asked();
    const { rejudged } = proposed(await promote([unrelated], { gating: { evidence: FOLDER } }));
    expect(rejudged).toMatchObject([{ kept: ["parity"], measured: ["integrity"] }]);
    expect(scene.asked()).toBe(asked);
  });

  test("is refused by the name of the binding that changed, and never measured in its stead", async () => {
    await handIn();
    const asked = scene.asked();
    const loosen = (): string => commit({ [GATE]: `${gateText()}requires: { reason: true }\n` });
    await expect(promote([loosen], { gating: { evidence: FOLDER } })).rejects.toMatchObject({
      code: "EVIDENCE_POLICY_MISMATCH",
    });
    expect(scene.asked()).toBe(asked);
    expect(refs()).toBe("refs/heads/main");
  });
});
