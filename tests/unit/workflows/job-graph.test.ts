import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { needProblems } from "../../../src/usecases/check/legs.ts";
import {
  allWorkflowTexts,
  ownWorkflowTexts,
  scaffoldedWorkflowTexts,
} from "../../support/workflows/all-workflows.ts";
import {
  type Behaviour,
  evaluate,
  graphOf,
  type JobRun,
  simulate,
} from "../../support/workflows/simulate.ts";

type Graph = Awaited<ReturnType<typeof graphOf>>;

const OUTCOMES = ["success", "failure", "cancelled"] as const;
const github = { event_name: "pull_request" };

const graphOfFile = (texts: ReturnType<typeof ownWorkflowTexts>, name: string): Promise<Graph> => {
  const found = texts.find(({ file }) => file.endsWith(`/${name}`));
  if (!found) throw new Error(`There is no ${name}.`);
  return graphOf(found.file, found.text);
};

describe("model-gate.yml", () => {
  it.each([null, 0])("runs the gate whatever happens (cancelled after %s)", async (cancelledAfter) => {
    for (const texts of [ownWorkflowTexts(), scaffoldedWorkflowTexts(false)]) {
      const graph = await graphOfFile(texts, "model-gate.yml");
      expect(graph.map(({ id }) => id)).toEqual(["model-gate"]);
      for (const result of OUTCOMES) {
        const runs = simulate(graph, { "model-gate": { result } }, { cancelledAfter, github });
        expect(runs.get("model-gate")?.result).toBe(result);
      }
    }
  });
});

describe("model-gate.yml with legs", () => {
  let graph: Graph;

  beforeAll(async () => {
    graph = await graphOfFile(scaffoldedWorkflowTexts(true), "model-gate.yml");
  });

  /** What the gate's own step makes of its needs, by the product's code; `planned` is what it finds again from Git. */
  const green = (runs: ReadonlyMap<string, JobRun>, planned: number): boolean => {
    if (runs.get("model-gate")?.result === "skipped") return true; // GitHub's rule: skipped counts as passed.
    const needs = Object.fromEntries(["plan", "measure"].map((id) => [id, runs.get(id)]));
    return needProblems(JSON.stringify(needs), planned > 0).length === 0;
  };

  const cases = OUTCOMES.flatMap((plan) =>
    OUTCOMES.flatMap((measure) =>
      [0, 2].flatMap((planned) =>
        [null, 0, 1, 2].map((cancelledAfter) => ({ plan, measure, planned, cancelledAfter })),
      ),
    ),
  );

  const run = ({ plan, measure, planned, cancelledAfter }: (typeof cases)[number]) => {
    const outputs = plan === "success" ? { measurements: String(planned), matrix: "{}" } : undefined;
    const behaves: Record<string, Behaviour> = {
      plan: outputs ? { result: plan, outputs } : { result: plan },
      measure: { result: measure },
    };
    return simulate(graph, behaves, { cancelledAfter, github });
  };

  /** The same, told without a graph: what was proven, and what there was to prove. */
  const expected = ({ plan, measure, planned, cancelledAfter }: (typeof cases)[number]) => {
    const planRan = cancelledAfter !== 0;
    const legsRan = planRan && plan === "success" && planned > 0 && cancelledAfter !== 1;
    const nothingToProve = planned === 0 && (!planRan || plan === "success");
    return {
      plan: planRan ? plan : "skipped",
      measure: legsRan ? measure : "skipped",
      green: nothingToProve || (legsRan && measure === "success"),
    };
  };

  it.each(cases)(
    "plan $plan, measure $measure, $planned to measure, cancelled after $cancelledAfter",
    (one) => {
      const runs = run(one);
      const [plan, measure] = ["plan", "measure"].map((id) => runs.get(id)?.result);
      expect({ plan, measure, green: green(runs, one.planned) }).toEqual(expected(one));
      expect(runs.get("model-gate")?.result).toBe("success"); // It ran: its own step decides.
    },
  );

  it("is never green on a lie of the plan: Git says what was to be measured", () => {
    const runs = run({ plan: "success", measure: "success", planned: 0, cancelledAfter: null });
    expect(runs.get("measure")?.result).toBe("skipped");
    expect(green(runs, 2)).toBe(false);
  });

  it("is red for any result of any job but success, also for results that GitHub may invent", () => {
    const results = fc.oneof(
      fc.constantFrom("success", "failure", "cancelled", "skipped", "neutral"),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), results, { minKeys: 1, maxKeys: 5 }),
        (needs) => {
          const context = JSON.stringify(
            Object.fromEntries(Object.entries(needs).map(([job, result]) => [job, { result, outputs: {} }])),
          );
          const all = Object.values(needs);
          expect(needProblems(context, true).length === 0).toBe(all.every((result) => result === "success"));
          const orSkipped = all.every((result) => result === "success" || result === "skipped");
          expect(needProblems(context, false).length === 0).toBe(orSkipped);
        },
      ),
    );
  });
});

describe("ci.yml", () => {
  let graph: Graph;
  let lane: string;

  beforeAll(async () => {
    graph = await graphOfFile(ownWorkflowTexts(), "ci.yml");
    const source = ownWorkflowTexts().find(({ file }) => file.endsWith("/ci.yml"))?.text ?? "";
    lane = /LANE: \$\{\{ (.*) \}\}/.exec(source)?.[1] ?? "";
  });

  const cases = ["push", "pull_request", "merge_group"].flatMap((event) =>
    OUTCOMES.flatMap((smoke) =>
      OUTCOMES.flatMap((test) => [null, 0].map((cancelledAfter) => ({ event, smoke, test, cancelledAfter }))),
    ),
  );

  it.each(cases)(
    "$event: smoke $smoke, test $test, cancelled after $cancelledAfter",
    ({ event, smoke, test, cancelledAfter }) => {
      const context = { event_name: event };
      const runs = simulate(
        graph,
        { smoke: { result: smoke }, test: { result: test } },
        { cancelledAfter, github: context },
      );
      expect(runs.get("ci-ok")?.result).toBe("success");
      const needs = Object.fromEntries(["smoke", "test"].map((id) => [id, runs.get(id)]));
      const seen = evaluate(lane, { github: context, needs }).coerceString();
      const expected = event === "push" ? smoke : test;
      expect(seen === "success").toBe(expected === "success" && cancelledAfter === null);
    },
  );
});

describe("release.yml", () => {
  it("publishes nothing unless both builds and the tests succeeded", async () => {
    const graph = await graphOfFile(ownWorkflowTexts(), "release.yml");
    for (const build of OUTCOMES)
      for (const test of OUTCOMES)
        for (const assets of OUTCOMES) {
          const behaves = { build: { result: build }, test: { result: test }, assets: { result: assets } };
          const runs = simulate(graph, behaves, {
            cancelledAfter: null,
            github: { event_name: "workflow_dispatch" },
          });
          const all = build === "success" && test === "success" && assets === "success";
          expect(runs.get("publish")?.result).toBe(all ? "success" : "skipped");
        }
  });
});

describe("nightly.yml", () => {
  it.each([ownWorkflowTexts(), scaffoldedWorkflowTexts(false)])(
    "replays what is live when that is known, and only then",
    async (...texts) => {
      const graph = await graphOfFile(texts, "nightly.yml");
      for (const result of OUTCOMES)
        for (const versions of ["[]", '["flight-delay@1.0.0"]'])
          for (const cancelledAfter of [null, 0, 1]) {
            const live: Behaviour = { result, outputs: { versions } };
            const runs = simulate(graph, { live }, { cancelledAfter, github: { event_name: "schedule" } });
            const runsParity = result === "success" && versions !== "[]" && cancelledAfter === null;
            expect(runs.get("parity")?.result).toBe(runsParity ? "success" : "skipped");
          }
    },
  );
});

describe("every workflow", () => {
  /** Every way in which jobs may end, and in which somebody may cancel in between. */
  function* endings(graph: Graph): Generator<[Record<string, Behaviour>, number | null]> {
    const outputs = { measurements: "2", versions: '["flight-delay@1.0.0"]' };
    const ways = graph.reduce<Record<string, Behaviour>[]>(
      (found, { id }) =>
        found.flatMap((one) => OUTCOMES.map((result) => ({ ...one, [id]: { result, outputs } }))),
      [{}],
    );
    for (const behaves of ways)
      for (const cancelledAfter of [null, ...graph.keys()]) yield [behaves, cancelledAfter];
  }

  it.each(allWorkflowTexts())(
    "$title: a job runs after success alone, but for those that say always() and judge their needs themselves",
    async ({ file, text }) => {
      const graph = await graphOf(file, text);
      const judges = graph.filter(({ condition }) => condition.includes("always()")).map(({ id }) => id);
      expect(judges.filter((id) => !["model-gate", "ci-ok"].includes(id))).toEqual([]);
      for (const [behaves, cancelledAfter] of endings(graph)) {
        const runs = simulate(graph, behaves, { cancelledAfter, github });
        for (const { id, needs } of graph.filter((job) => !judges.includes(job.id))) {
          const ran = runs.get(id)?.result !== "skipped";
          const good = needs.every((need) => runs.get(need)?.result === "success");
          expect([id, behaves, cancelledAfter, ran && !good]).toEqual([id, behaves, cancelledAfter, false]);
        }
        for (const id of judges) expect(runs.get(id)?.result).toBe(behaves[id]?.result);
      }
    },
  );
});

describe("the simulation itself", () => {
  it("reads conditions as GitHub does: !cancelled() hides a failure, success() is implied", async () => {
    const source = (condition: string) => `on: push
jobs:
  leg: { runs-on: x, steps: [{ run: "true" }] }
  gate: { needs: leg, ${condition} runs-on: x, steps: [{ run: "true" }] }
`;
    const gate = async (condition: string, cancelledAfter: number | null) => {
      const graph = await graphOf("x.yml", source(condition));
      return simulate(graph, { leg: { result: "failure" } }, { cancelledAfter, github }).get("gate")?.result;
    };
    expect(await gate("", null)).toBe("skipped");
    expect(await gate('if: "!cancelled()",', null)).toBe("success");
    expect(await gate('if: "!cancelled()",', 1)).toBe("skipped");
    expect(await gate("if: always(),", 1)).toBe("success");
    expect(await gate("if: failure(),", null)).toBe("success");
    expect(await gate("if: github.event_name == 'pull_request',", null)).toBe("skipped");
  });
});
