import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { commitFiles } from "../../src/adapters/git/commit-files.ts";
import type { CommitVerdict } from "../../src/domain/audit.ts";
import type { LifecycleEvent } from "../../src/domain/lifecycle.ts";
import type { Verdict } from "../../src/domain/verdict.ts";
import { GateError } from "../../src/errors.ts";
import { formatLedger, GENESIS } from "../../src/ledger/ledger-text.ts";
import type { Files } from "../../src/ports/files.ts";
import { audit } from "../../src/usecases/audit/audit.ts";
import { check } from "../../src/usecases/check/check.ts";
import type { CheckReport } from "../../src/usecases/check/report.ts";
import { gate } from "../../src/usecases/gate/gate.ts";
import type { AskedTransition } from "../../src/usecases/request.ts";
import { gitProposals } from "../../src/usecases/transition/proposals.ts";
import { transact } from "../../src/usecases/transition/transact.ts";
import { memoryEngine } from "./memory-engine.ts";
import { type Change, ObjectGit } from "./object-git.ts";
import { MACHINE, recordedProgress } from "./parity-run.ts";
import { FIXED_KEY, trustOf } from "./synthetic-history.ts";

const PROJECT = join(import.meta.dirname, "../..");
export const MODEL = "flight-delay";

const INTEGRITY = `objectives:
  - { id: integrity, metric: integrity.problems, hard: "== 0", why: Bytes are what they claim., fix: Repair them. }
`;

/** A gate policy that asks for little; `more` are further lines. */
export function policy(name: string, event: string, more: string, version = 1): string {
  return `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: ${name}, version: ${version}, owners: [ml-platform] }
match: { events: [${event}], environments: [prod], models: ["*"] }
${more}`;
}

const REASON = "requires: { reason: true }\n";

export const ENVIRONMENTS = `apiVersion: modelgate/v1
kind: Environments
environments:
  - { name: prod, models: ["*"], canary_phases: ["50%"] }
`;

const POLICIES: Readonly<Record<string, string>> = {
  "policies/environments.yaml": ENVIRONMENTS,
  "policies/gates/canary.yaml": policy("canary", "PROMOTE_TO_CANARY", INTEGRITY),
  "policies/gates/disable.yaml": policy("disable", "DISABLE", REASON),
  "policies/gates/enable.yaml": policy("enable", "ENABLE", INTEGRITY),
  "policies/gates/production.yaml": policy("production", "PROMOTE_TO_PRODUCTION", INTEGRITY),
  "policies/gates/retire.yaml": policy("retire", "RETIRE", REASON),
  "policies/gates/revoke.yaml": policy("revoke", "REVOKE", REASON),
  "policies/gates/rollback.yaml": policy("rollback", "ROLLBACK", REASON + INTEGRITY),
  "policies/gates/shadow.yaml": policy("shadow", "PROMOTE_TO_SHADOW", INTEGRITY),
  "policies/retention.yaml": readFileSync(join(PROJECT, "policies/retention.yaml"), "utf8"),
  "policies/waivers.yaml": readFileSync(join(PROJECT, "policies/waivers.yaml"), "utf8"),
};

/** Who signed the sample versions, as this project's own trust.yaml names them. */
const SAMPLES = readFileSync(join(PROJECT, "policies/trust.yaml"), "utf8").split("\nprincipals:\n")[1] ?? "";

/** trust.yaml in which the team's one key holds every role. */
export function teamTrust(version = 1): string {
  return `${trustOf(FIXED_KEY, version).trimEnd()}\n${SAMPLES}`;
}

function sampleFiles(): [string, Uint8Array][] {
  const found = [
    `models/${MODEL}/1.0.0/**`,
    `models/${MODEL}/1.1.0/**`,
    `models/${MODEL}/training/**`,
  ].flatMap((pattern) => globSync(pattern, { cwd: PROJECT }));
  return found
    .filter((path) => statSync(join(PROJECT, path)).isFile())
    .map((path) => [path, readFileSync(join(PROJECT, path))]);
}

export function portsOf(git: ObjectGit) {
  const filesAt = (commit: string): Files => commitFiles(git, commit, null);
  const nobody = new Proxy({ root: git.root } as Files, {
    get: (target, name) =>
      name === "root" ? target.root : () => Promise.reject(new Error("The work tree was read.")),
  });
  const engine = memoryEngine(() => {
    throw new Error("A model was run.");
  });
  return { git, files: nobody, filesAt, engine, machine: MACHINE, progress: recordedProgress() };
}

let runs = 0;

export function startAt(git: ObjectGit) {
  runs += 1;
  return { now: new Date((git.seconds + 600) * 1000), nonce: runs.toString(16).padStart(8, "0"), seed: 1 };
}

export function ask(of: Partial<AskedTransition>): AskedTransition {
  return {
    event: "DISABLE",
    model: MODEL,
    version: null,
    environment: "prod",
    phase: null,
    reason: "It answers nonsense.",
    requestedBy: "Ada <ada@example.org>",
    ...of,
  };
}

export interface Proposed {
  readonly branch: string;
  readonly verdict: Verdict;
  readonly notes: readonly string[];
}

/** Asks on main; a proposal on a branch, or the codes and remedies of the refusal. */
export async function propose(
  git: ObjectGit,
  asked: AskedTransition,
  more: Partial<Parameters<typeof gate>[2]> = {},
): Promise<Proposed> {
  const start = startAt(git);
  const ports = portsOf(git);
  // Forward, the samples are measured as they lie in the commit.
  const files = ports.filesAt("main");
  const isOut = ["DISABLE", "ROLLBACK", "RETIRE", "REVOKE"].includes(asked.event);
  const result = await transact(
    {
      git,
      proposals: gitProposals(git),
      judge: (request) => gate(isOut ? ports : { ...ports, files }, request, { start, ...more }),
      describe: () => "",
    },
    asked,
    { now: start.now },
  );
  if (result.kind !== "proposed") throw new Error(JSON.stringify(result.decision.verdict));
  const notes = result.notes.map(({ code }) => code);
  return { branch: result.proposal.branch, verdict: result.decision.verdict, notes };
}

export function checkOf(git: ObjectGit, branch: string, more = {}): Promise<CheckReport> {
  return check(portsOf(git), { base: "main", head: branch }, { start: startAt(git), ...more });
}

/** What the audit says of the newest commit of main. */
export async function lastAudited(git: ObjectGit): Promise<CommitVerdict> {
  const { report } = await audit({ git, progress: recordedProgress() });
  const last = report.commits.at(-1);
  if (!last) throw new Error("Nothing was audited.");
  return last;
}

/** 1.1.0 is live in prod, 1.0.0 was before it and can be rolled back to; trust.yaml since the second commit. */
export async function wayOutScene(): Promise<ObjectGit> {
  const git = new ObjectGit(FIXED_KEY, 1_700_000_000);
  const files: Change = new Map<string, Uint8Array | string>([
    ...Object.entries(POLICIES),
    ...sampleFiles(),
    ["deployed.json", formatLedger(GENESIS)],
  ]);
  git.land(files, "adopt\n");
  git.land(new Map([["policies/trust.yaml", teamTrust()]]), "trust\n");
  for (const version of ["1.0.0", "1.1.0"])
    for (const [event, phase] of WAY_IN) {
      const { branch } = await propose(git, ask({ event, version, phase }));
      git.merge(branch);
    }
  return git;
}

const WAY_IN: readonly (readonly [LifecycleEvent, string | null])[] = [
  ["PROMOTE_TO_SHADOW", null],
  ["PROMOTE_TO_CANARY", "50%"],
  ["PROMOTE_TO_PRODUCTION", null],
];

/** The ways out of the scene. */
export const WAYS_OUT: Readonly<Record<string, AskedTransition>> = {
  DISABLE: ask({}),
  ROLLBACK: ask({ event: "ROLLBACK", version: null }),
  RETIRE: ask({ event: "RETIRE", version: "1.0.0", environment: null }),
  REVOKE: ask({ event: "REVOKE", version: "1.1.0", environment: null }),
};

/** What a refusal says: its codes, and its first remedy. */
export async function refusalOf(act: () => Promise<unknown>): Promise<{ codes: string[]; fix: string }> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return { codes: error.problems.map(({ code }) => code), fix: error.problems[0].fix };
  }
  throw new Error("It was not refused.");
}
