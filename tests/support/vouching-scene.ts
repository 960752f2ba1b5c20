import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { planChecks } from "../../src/usecases/check/plan.ts";
import type { CheckOptions } from "../../src/usecases/check/scene.ts";
import { type AuditScene, auditScene, type SshKey, type TestPrincipal, trustYaml } from "./audit-scene.ts";
import { packPath } from "./check-scene.ts";
import { SHADOW_POLICY } from "./governed-commits.ts";

const LIMIT_MS = 50;
/** What the model takes in truth, and what a forger says. */
const [SLOW_MS, FAST_MS] = [100, 1] as const;

/** What a check did with the benchmark of a proposal. */
export interface Judged {
  /** `FAIL p95-batch1`: the outcome, and which objectives failed. */
  readonly outcome: string;
  /** Kinds that were measured again, and those that were taken. */
  readonly again: readonly string[];
  readonly taken: readonly string[];
  /** Why nobody vouches; empty where somebody does or nobody has to. */
  readonly why: string;
  /** Kinds for which the plan has jobs. */
  readonly planned: readonly string[];
}

/** A forged benchmark that was measured again, and an honest-looking one that was believed. */
export const CAUGHT = {
  outcome: "FAIL p95-batch1 GATE_HARD_LIMIT_MISSED",
  again: ["integrity", "parity", "benchmark"],
  taken: [],
  planned: ["parity", "benchmark"],
};
export const TAKEN = { outcome: "PASS", again: ["integrity", "parity"], why: "", planned: ["parity"] };

export const caught = (why: string | RegExp): unknown => ({ ...CAUGHT, why: expect.stringMatching(why) });
export const takenFrom = (principal: string): Judged => ({
  ...TAKEN,
  taken: ["benchmark", `on the word of ${principal}`],
});

/** A team whose policy of shadows bounds a latency, and a model that is too slow for it. */
export interface VouchingScene extends AuditScene {
  readonly bot: SshKey;
  readonly lab: SshKey;
  readonly manager: SshKey;
  readonly lost: SshKey;
  readonly retired: SshKey;
  readonly stranger: SshKey;
  /** The bot has gate-bot, the lab evidence-signer, and so had the keys that are lost and retired. */
  readonly team: readonly TestPrincipal[];
  /** Puts another trust.yaml on main, or with null none. */
  trust(principals: readonly TestPrincipal[] | null): string;
  /** Proposes with numbers that are too good, in a commit by this key; the proposal's head. */
  forge(key: SshKey | null): Promise<string>;
  /** Does something on a new branch from a commit and returns its head; `key` signs. */
  on(from: string, key: SshKey | null, change: () => void): string;
  /** Path of a file of the checked-out pack. */
  packed(name: string): string;
  judged(head: string, more?: Partial<CheckOptions>): Promise<Judged>;
}

export async function vouchingScene(requires = ""): Promise<VouchingScene> {
  const audited = await auditScene();
  const { check } = audited;
  const key = (name: string): SshKey => audited.newKey(name);
  const [bot, lab, manager, lost] = [key("bot"), key("lab"), key("manager"), key("lost")];
  const [retired, stranger] = [key("retired"), key("stranger")];
  const team: readonly TestPrincipal[] = [
    { id: "bot", roles: ["gate-bot"], keys: [{ key: bot }] },
    {
      id: "lab",
      roles: ["evidence-signer"],
      keys: [
        { key: lab },
        { key: lost, standing: "revoked: { reason: stolen }" },
        { key: retired, standing: "retired: { reason: replaced }" },
      ],
    },
    { id: "manager", roles: ["release-manager", "policy-owner"], keys: [{ key: manager }] },
  ];
  let [version, branches] = [1, 0];
  const scene: VouchingScene = {
    ...audited,
    bot,
    lab,
    manager,
    lost,
    retired,
    stranger,
    team,
    trust(principals) {
      version += 1;
      if (principals) return scene.commit({ "policies/trust.yaml": trustYaml(principals, version) }, "trust");
      scene.git("rm", "-q", "policies/trust.yaml");
      return scene.commit({}, "no trust");
    },
    async forge(signer) {
      scene.signWith(signer);
      check.take(FAST_MS);
      const branch = await check.propose({});
      check.take(SLOW_MS);
      const head = scene.git("rev-parse", branch);
      scene.git("branch", "-q", "-D", branch);
      return head;
    },
    on(from, signer, change) {
      branches += 1;
      scene.signWith(signer);
      scene.git("checkout", "-q", "-b", `on-${branches}`, from);
      change();
      const head = scene.git("rev-parse", "HEAD");
      scene.git("checkout", "-q", "-f", "main");
      return head;
    },
    packed: (name) => `${packPath(check)}/${name}`,
    judged: (head, more) => judged(scene, head, more),
    [Symbol.dispose]: () => audited[Symbol.dispose](),
  };
  scene.commit({ [SHADOW_POLICY]: `${policy(scene.root, requires)}${LIMIT}` }, "bound the latency");
  scene.trust(team);
  check.take(SLOW_MS);
  return scene;
}

const LIMIT = `  - id: p95-batch1
    metric: benchmark.p95_batch1_ms
    hard: "<= ${LIMIT_MS} ms"
    why: Callers wait.
    fix: Make it faster.
`;

function policy(root: string, requires: string): string {
  const text = readFileSync(join(root, SHADOW_POLICY), "utf8").replace("version: 1", "version: 2");
  return text.replace("objectives:", `${requires}objectives:`);
}

async function judged(
  { check }: VouchingScene,
  head: string,
  more: Partial<CheckOptions> = {},
): Promise<Judged> {
  const report = await check.check("main", head, more);
  const plan = await planChecks(check.ports, { base: "main", head });
  const failed = report.decisions
    .flatMap(({ verdict }) => verdict.policies.flatMap(({ objectives }) => objectives))
    .filter(({ outcome }) => outcome !== "PASS")
    .map(({ id, reason }) => `${id} ${reason}`);
  const note = report.notes.join(" ");
  return {
    outcome: [report.outcome, ...report.problems.map(({ code }) => code), ...failed].join(" "),
    again: listed(/Measured again: ([^.]*)\./.exec(note)),
    taken: listed(/Taken from the proposal's evidence: ([^.]*)\./.exec(note)),
    why: /Nobody vouches for the .*?\.(?= Taken|$)/.exec(note)?.[0] ?? "",
    planned: plan.legs.map(({ kind }) => kind),
  };
}

function listed(match: RegExpExecArray | null): readonly string[] {
  return match?.[1]?.split(", ") ?? [];
}
