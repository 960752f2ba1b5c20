import { packFolder } from "../../domain/evidence.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import { mayMerge } from "../../domain/outcome.ts";
import { REFUSALS_REF } from "../../domain/records-ref.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { GateError, gateError } from "../../errors.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import type { Git } from "../../ports/git.ts";
import { readBase } from "../gate/base.ts";
import { readHistory } from "../gate/history.ts";
import { type RecordsElsewhere, readVerdict } from "../refusals/earlier.ts";
import { type KeptPack, recordsOn } from "../refusals/records.ts";
import type { TransitionRequest } from "../request.ts";
import { type Past, readPast } from "./past.ts";

interface KeptRefusals {
  readonly cases: AsyncIterable<Past>;
  readonly older: number;
  readonly problems: readonly string[];
}

/** The newest `most` kept refusals, of every model. Those that name a base which is not on the line of `base` are told apart. */
export async function keptRefusals(
  git: Git,
  base: string,
  { most, elsewhere }: { most: number; elsewhere: RecordsElsewhere },
): Promise<KeptRefusals> {
  const local = await git.resolve(REFUSALS_REF);
  const packs = new Map<string, KeptPack>();
  const problems = [...elsewhere.problems];
  for (const tip of new Set([...(local === undefined ? [] : [local]), ...elsewhere.tips])) {
    try {
      for (const pack of await recordsOn(git, tip)) if (!packs.has(pack.folder)) packs.set(pack.folder, pack);
    } catch (error) {
      if (!(error instanceof GateError)) throw error;
      problems.push(`${REFUSALS_REF} could not be read: ${error.problems[0].message} (${error.code})`);
    }
  }
  const newest = [...packs.values()].slice(0, most);
  return { cases: cases(git, base, newest), older: packs.size - newest.length, problems };
}

async function* cases(git: Git, base: string, packs: readonly KeptPack[]): AsyncIterable<Past> {
  for (const pack of packs) {
    const verdict = await verdictOf(git, pack);
    if (verdict instanceof GateError) yield { decision: unreadable(pack), failure: verdict };
    // What passed was not refused, whoever put it there.
    else if (!mayMerge(verdict.outcome)) yield pastOf(git, base, { pack, verdict });
  }
}

async function verdictOf(git: Git, { commit, folder }: KeptPack): Promise<Verdict | GateError> {
  try {
    const verdict = await readVerdict(git, commit, `${folder}/verdict.json`);
    const { subject, run_id: runId } = verdict;
    if (folder === packFolder({ model: subject.model_id, version: subject.version, runId })) return verdict;
    return gateError("EVIDENCE_SUBJECT_MISMATCH", `The verdict in ${folder} is about another attempt.`);
  } catch (error) {
    if (error instanceof GateError) return error;
    throw error;
  }
}

function unreadable({ folder }: KeptPack) {
  const [, model = "", version = "", run_id = ""] = folder.split("/");
  const none = { event: "REGISTER", environment: null, decided_at: "", decided: "INCONCLUSIVE" } as const;
  return { kind: "refusal", model, version, run_id, ...none } as const;
}

async function pastOf(
  git: Git,
  base: string,
  { pack, verdict }: { pack: KeptPack; verdict: Verdict },
): Promise<Past> {
  const { event, environment, run_id, decided_at, outcome, subject } = verdict;
  const [model, version] = [subject.model_id, subject.version];
  const decision = {
    kind: "refusal",
    event,
    model,
    version,
    environment,
    run_id,
    decided_at,
    decided: outcome,
  } as const;
  try {
    const commit = await baseOf(git, base, verdict);
    const bytes = await git.show(commit, LEDGER_FILE);
    if (!bytes)
      throw gateError("LEDGER_MISSING", `There is no ${LEDGER_FILE} in commit ${shortCommit(commit)}.`);
    const [request, read] = [requestOf(verdict), await readPast(git, pack)];
    const { since } = await readHistory(git, await readBase(git, commit), request);
    return { decision, request, ...read, ledger: parseLedger(bytes), since };
  } catch (error) {
    if (error instanceof GateError) return { decision, failure: error };
    throw error;
  }
}

/** Records prove nothing by themselves: one that names a base of nobody's cannot be judged on it. */
async function baseOf(git: Git, base: string, { base_commit: commit }: Verdict): Promise<string> {
  if ((await git.resolve(commit)) === commit && (await git.isAncestor(commit, base))) return commit;
  throw gateError(
    "EVIDENCE_BASE_MISMATCH",
    `It was decided on ${shortCommit(commit)}, which is not before ${shortCommit(base)}.`,
  );
}

/** The reason that was given is not in a verdict; whether one was, is. */
function requestOf({
  event,
  environment,
  canary_phase: phase,
  subject,
  policies,
}: Verdict): TransitionRequest {
  const { model_id: model, version } = subject;
  const missing = policies.some(({ requirements }) =>
    requirements.some(({ reason }) => reason === "GATE_REASON_MISSING"),
  );
  return {
    event,
    model,
    version,
    environment,
    phase,
    reason: missing ? "" : "as then",
    requestedBy: "backtest",
  };
}
