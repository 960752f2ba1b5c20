import { formatJson } from "../domain/document/format.ts";
import { formatModelRef } from "../domain/model-ref.ts";
import type { ToolRun } from "../domain/run-artifact.ts";
import type { SamplesOf } from "../measure/latency/raw-samples.ts";
import type { CheckReport } from "../usecases/check/report.ts";
import type { Decision } from "../usecases/gate/decision.ts";
import { type RunStart, stampOf } from "../usecases/run-context.ts";
import type { SampleKeeper } from "./sample-keeper.ts";
import type { RunToStore } from "./store-run.ts";

/** A decision as a run to store: its evidence pack as it is, and the raw samples that Git has no room for. */
export function decisionRun(
  kind: "gate" | "promote",
  { verdict, baseCommit, pack }: Decision,
  of: { readonly samples: SampleKeeper; readonly upload: boolean },
): RunToStore {
  const { run_id: runId, subject } = verdict;
  return {
    kind,
    runId,
    subject: formatModelRef({ id: subject.model_id, version: subject.version }),
    commit: baseCommit,
    base: baseCommit,
    files: [...pack, ...of.samples.files()],
    upload: of.upload,
  };
}

/** The required check as a run to store: its answer, and a folder of evidence and samples for each version. */
export function checkRun(
  report: CheckReport,
  start: RunStart,
  of: { readonly samples: SampleKeeper; readonly upload: boolean },
): RunToStore {
  const { kind, base, head, outcome, problems, decisions, notes } = report;
  const verdicts = decisions.map(({ verdict }) => verdict);
  const answer = { result: outcome.toLowerCase(), kind, base, head, problems, verdicts, notes };
  const packs = decisions.flatMap(({ verdict, pack }) =>
    [...pack].map(([path, bytes]) => [`${folderOf(verdict)}${path}`, bytes] as const),
  );
  const about: ToolRun = {
    kind: "check",
    runId: `${head.slice(0, 12)}_${stampOf(start)}`,
    subject: null,
    commit: head,
  };
  const files = [
    ["check.json", Buffer.from(formatJson(answer))] as const,
    ...packs,
    ...of.samples.files(folderOf),
  ];
  return { ...about, base, files, upload: of.upload };
}

function folderOf({ subject: { model_id, version } }: Pick<SamplesOf, "subject">): string {
  return `${model_id}_${version}/`;
}
