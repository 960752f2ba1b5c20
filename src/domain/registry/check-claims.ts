import type { Finding } from "../evidence.ts";
import { formatNumber } from "../numbers.ts";
import type { ReasonCode } from "../reasons/catalogue.ts";
import { problem, type Problem } from "../../errors.ts";
import type { ClaimedMetric, Evaluation, Window } from "./evaluation.ts";
import { isWithin, rangeOf } from "./metric-range.ts";
import type { Training } from "./training.ts";
import type { Typed, VersionFacts } from "./version-facts.ts";

/**
 * What an author reports and what cannot be, whatever the model is worth: a window that ends before it begins
 * (CLAIM_WINDOW_IMPOSSIBLE), a number outside of what its metric can be (CLAIM_NUMBER_IMPOSSIBLE). These refuse.
 */
export function claimProblems({ training, evaluation }: Claims): Problem[] {
  return [
    ...(evaluation ? evaluationProblems(evaluation) : []),
    // That it ends before it begins is for the manifest to say, which repeats it.
    ...(training ? momentProblem(training, "/window", training.value.window ?? {}) : []),
    ...(training
      ? scoreProblems(training, "/offline_metrics", training.value.offline_metrics, new Map())
      : []),
  ];
}

export type Claims = Pick<VersionFacts, "training" | "evaluation">;

function evaluationProblems(evaluation: Typed<Evaluation>): Problem[] {
  const { dataset, metrics, folds = [], walk_forward = [], ablations = [], business = {} } = evaluation.value;
  const units = new Map(metrics.map(({ name, unit }) => [name, unit]));
  const scores = (pointer: string, of: Readonly<Record<string, number>>) =>
    scoreProblems(evaluation, pointer, of, units);
  const splits = [
    ...folds.map((split, at) => ({ split, pointer: `/folds/${at}` })),
    ...walk_forward.map((split, at) => ({ split, pointer: `/walk_forward/${at}` })),
  ];
  return [
    ...windowProblem(evaluation, "/dataset/window", dataset.window ?? {}),
    ...metrics.flatMap((metric, at) => metricProblem(evaluation, `/metrics/${at}/value`, metric)),
    ...splits.flatMap(({ split, pointer }) => [
      ...windowProblem(evaluation, `${pointer}/train`, split.train),
      ...windowProblem(evaluation, `${pointer}/test`, split.test),
      ...scores(`${pointer}/metrics`, split.metrics),
    ]),
    ...ablations.flatMap(({ per_fold }, group) =>
      per_fold.flatMap((fold, at) => [
        ...scores(`/ablations/${group}/per_fold/${at}/with`, fold.with),
        ...scores(`/ablations/${group}/per_fold/${at}/without`, fold.without),
        ...scores(`/ablations/${group}/per_fold/${at}`, { delta: fold.delta }),
      ]),
    ),
    ...scores("/business", business),
  ];
}

function windowProblem(of: Typed<unknown>, pointer: string, window: Partial<Window>): Problem[] {
  const odd = momentProblem(of, pointer, window);
  const { from, to } = window;
  if (odd.length > 0 || (from === undefined && to === undefined)) return odd;
  if (from !== undefined && to !== undefined && Date.parse(from) <= Date.parse(to)) return [];
  const message = `It begins at ${from ?? "no moment"} and ends at ${to ?? "no moment"}.`;
  return [problem("CLAIM_WINDOW_IMPOSSIBLE", message, { where: of.document.place(pointer) })];
}

function momentProblem(of: Typed<unknown>, pointer: string, { from, to }: Partial<Window>): Problem[] {
  const odd = [from, to].find((moment) => moment !== undefined && !isMoment(moment));
  if (odd === undefined) return [];
  const where = of.document.place(pointer);
  return [problem("CLAIM_WINDOW_IMPOSSIBLE", `No calendar has the moment ${odd}.`, { where })];
}

/** A date of the calendar: `Date` takes the 31st of February for the 3rd of March. */
function isMoment(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 19) === text.slice(0, 19);
}

function scoreProblems(
  of: Typed<unknown>,
  pointer: string,
  scores: Readonly<Record<string, number>>,
  units: ReadonlyMap<string, string>,
): Problem[] {
  return Object.entries(scores).flatMap(([name, value]) =>
    metricProblem(of, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, {
      name,
      value,
      unit: units.get(name) ?? null,
    }),
  );
}

type Scored = Pick<ClaimedMetric, "name" | "value"> & { readonly unit: string | null };

function metricProblem(of: Typed<unknown>, pointer: string, { name, value, unit }: Scored): Problem[] {
  const range = rangeOf(name, unit);
  if (isWithin(value, range)) return [];
  const message = `${JSON.stringify(name)} is ${formatNumber(value, 6)}; it can be ${formatNumber(range.low)} to ${formatNumber(range.high)}.`;
  return [problem("CLAIM_NUMBER_IMPOSSIBLE", message, { where: of.document.place(pointer) })];
}

/**
 * What an author reports that is possible and says less than it seems to. It refuses nothing, and every report shows it:
 * CLAIM_ON_TRAINING_DATA, CLAIM_CONTRADICTED, CLAIM_REFERENCES_OF_RUNTIME.
 */
export function claimFindings(facts: Claims & Pick<VersionFacts, "folder" | "parity">): Finding[] {
  const { folder, training, evaluation, parity } = facts;
  const finding =
    (file: string) =>
    (code: ReasonCode, message: string): Finding => ({
      code,
      message,
      file: `${folder}/${file}`,
    });
  return [
    ...(training && evaluation ? sameData(training.value, evaluation.value, finding("evaluation.json")) : []),
    ...(evaluation ? twoNumbers(training?.value ?? null, evaluation.value, finding("evaluation.json")) : []),
    ...(training && parity
      ? ownReferences(training.value, parity.value.runtime.engine, finding("training.json"))
      : []),
  ];
}

type Say = (code: ReasonCode, message: string) => Finding;

/** Quality on data that a model was trained on says nothing about data that it has not seen. */
function sameData({ window: trained }: Training, { dataset }: Evaluation, say: Say): Finding[] {
  const { window: tested } = dataset;
  if (!trained || !tested) return [];
  const [from, to, begin, end] = [trained.from, trained.to, tested.from, tested.to].map((at) =>
    Date.parse(at),
  ) as [number, number, number, number];
  if (!(begin < to && from < end)) return [];
  const how =
    begin === from && end === to
      ? "is the training window"
      : begin >= from && end <= to
        ? "lies inside of the training window"
        : "overlaps with the training window";
  const message = `The evaluation window ${tested.from} to ${tested.to} ${how} ${trained.from} to ${trained.to}.`;
  return [say("CLAIM_ON_TRAINING_DATA", message)];
}

/** Numbers of one name that differ by more than rounding does. */
function twoNumbers(training: Training | null, { metrics }: Evaluation, say: Say): Finding[] {
  const offline = new Map(Object.entries(training?.offline_metrics ?? {}));
  return metrics.flatMap(({ name, value }, at) => {
    const earlier = metrics.slice(0, at).find((one) => one.name === name && one.value !== value);
    const trained = offline.get(name);
    const shown = `${JSON.stringify(name)} is ${formatNumber(value, 6)} in evaluation.json`;
    if (earlier)
      return [say("CLAIM_CONTRADICTED", `${shown}, and ${formatNumber(earlier.value, 6)} there as well.`)];
    if (trained === undefined || isRounded(value, trained)) return [];
    return [say("CLAIM_CONTRADICTED", `${shown}, and ${formatNumber(trained, 6)} in training.json.`)];
  });
}

const ROUNDING = 0.01;

function isRounded(a: number, b: number): boolean {
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}

/** References by the very runtime that is measured show that it repeats itself, not that the export is right. */
function ownReferences({ reference_outputs: by }: Training, engine: string, say: Say): Finding[] {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "");
  if (!plain(by.runtime).includes(plain(engine))) return [];
  const message = `The expected outputs come from ${JSON.stringify(by.runtime)}, the runtime that is measured against them.`;
  return [say("CLAIM_REFERENCES_OF_RUNTIME", message)];
}
