import { packFolder } from "../../domain/evidence.ts";
import type { PastDecision } from "../../domain/backtest.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import { mayMerge } from "../../domain/outcome.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { GateError, gateError, tried } from "../../errors.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import type { Git } from "../../ports/git.ts";
import { readBase } from "../gate/base.ts";
import { readHistory } from "../gate/history.ts";
import { readVerdict } from "../refusals/earlier.ts";
import { keptPacks, type RecordsElsewhere } from "../refusals/kept-packs.ts";
import type { KeptPack } from "../refusals/records.ts";
import type { TransitionRequest } from "../request.ts";
import { decisionOf, type Past, pastOf, readPast } from "./past.ts";

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
  const { packs, problems } = await keptPacks(git, { elsewhere });
  const newest = packs.slice(0, most);
  return { cases: cases(git, base, newest), older: packs.length - newest.length, problems };
}

async function* cases(git: Git, base: string, packs: readonly KeptPack[]): AsyncIterable<Past> {
  for (const pack of packs) {
    const verdict = await tried(() => verdictOf(git, pack));
    if (verdict instanceof GateError) yield { decision: unreadable(pack), failure: verdict };
    // What passed was not refused, whoever put it there.
    else if (!mayMerge(verdict.outcome)) yield refused(git, base, { pack, verdict });
  }
}

/** What a record says that was refused. EVIDENCE_SUBJECT_MISMATCH, DOCUMENT_*, GIT_*. */
async function verdictOf(git: Git, { commit, folder }: KeptPack): Promise<Verdict> {
  const verdict = await readVerdict(git, commit, `${folder}/verdict.json`);
  const { subject, run_id: runId } = verdict;
  if (folder === packFolder({ model: subject.model_id, version: subject.version, runId })) return verdict;
  throw gateError("EVIDENCE_SUBJECT_MISMATCH", `The verdict in ${folder} is about another attempt.`);
}

function unreadable({ folder }: KeptPack): PastDecision {
  const [, model = "", version = "", run_id = ""] = folder.split("/");
  const none = { event: "REGISTER", environment: null, decided_at: "", decided: "INCONCLUSIVE" } as const;
  return decisionOf("refusal", { model, version, run_id, ...none });
}

async function refused(
  git: Git,
  base: string,
  { pack, verdict }: { pack: KeptPack; verdict: Verdict },
): Promise<Past> {
  const { model_id: model, version } = verdict.subject;
  const decision = decisionOf("refusal", { ...verdict, model, version, decided: verdict.outcome });
  return pastOf(decision, async () => {
    const commit = await baseOf(git, base, verdict);
    const bytes = await git.show(commit, LEDGER_FILE);
    if (!bytes)
      throw gateError("LEDGER_MISSING", `There is no ${LEDGER_FILE} in commit ${shortCommit(commit)}.`);
    const [request, read] = [requestOf(verdict), await readPast(git, pack)];
    const { since } = await readHistory(git, await readBase(git, commit, request), request);
    return { request, ...read, ledger: parseLedger(bytes), since };
  });
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
