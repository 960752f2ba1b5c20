import { data, type Evaluator as EvaluatorType, Evaluator, Lexer, Parser } from "@actions/expressions";
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";

/** What a job came to, as `needs.<id>.result` tells it. */
export type JobResult = "success" | "failure" | "cancelled" | "skipped";

/** What a job that runs does. */
export interface Behaviour {
  readonly result: Exclude<JobResult, "skipped">;
  readonly outputs?: Readonly<Record<string, string>>;
}

export interface JobRun {
  readonly result: JobResult;
  readonly outputs: Readonly<Record<string, string>>;
}

interface GraphJob {
  readonly id: string;
  readonly needs: readonly string[];
  readonly condition: string;
}

type Contexts = Readonly<Record<string, unknown>>;
type Functions = ConstructorParameters<typeof EvaluatorType>[2];

/** Errors of GitHub's own parser, with line and column; empty for a workflow that GitHub would take. */
export async function parserErrors(file: string, text: string): Promise<readonly string[]> {
  const { context, value } = parseWorkflow({ name: file, content: text }, new NoOperationTraceWriter());
  const template = value && (await convertWorkflowTemplate(context, value));
  const fromTemplate = template?.errors?.map(({ Message }) => Message) ?? [];
  return [...context.errors.getErrors().map((error) => error.message), ...fromTemplate];
}

/** The jobs of a workflow in an order in which each comes after what it needs, with conditions as GitHub reads them. */
export async function graphOf(file: string, text: string): Promise<readonly GraphJob[]> {
  const { context, value } = parseWorkflow({ name: file, content: text }, new NoOperationTraceWriter());
  if (!value) throw new Error(`GitHub's parser refuses ${file}.`);
  const { jobs } = await convertWorkflowTemplate(context, value);
  return inOrder(
    jobs.map((job) => ({
      id: job.id.toString(),
      needs: (job.needs ?? []).map((need) => need.toString()),
      condition: job.if.expression,
    })),
  );
}

function inOrder(jobs: readonly GraphJob[]): readonly GraphJob[] {
  const done: GraphJob[] = [];
  while (done.length < jobs.length) {
    const next = jobs.find(
      (job) => !done.includes(job) && job.needs.every((id) => done.some((one) => one.id === id)),
    );
    if (!next) throw new Error("The jobs need each other in a circle.");
    done.push(next);
  }
  return done;
}

/**
 * Runs a graph of jobs with GitHub's rules: a job runs when its condition holds; success() is that every job before it,
 * however far, succeeded; failure() that one of them failed; cancelled() that the run was cancelled; always() is true.
 */
export function simulate(
  jobs: readonly GraphJob[],
  behaves: Readonly<Record<string, Behaviour>>,
  run: {
    /** How many jobs came to their end before somebody cancelled the run; null: nobody did. */
    readonly cancelledAfter: number | null;
    readonly github: Contexts;
  },
): ReadonlyMap<string, JobRun> {
  const runs = new Map<string, JobRun>();
  for (const job of jobs) {
    const before = ancestors(job, jobs).map((id) => runs.get(id)?.result ?? "skipped");
    const needs = Object.fromEntries(job.needs.map((id) => [id, runs.get(id)]));
    const cancelled = run.cancelledAfter !== null && runs.size >= run.cancelledAfter;
    const holds = truth(job.condition, { needs, github: run.github }, statusFunctions(before, cancelled));
    runs.set(
      job.id,
      holds ? { outputs: {}, ...behaviour(job.id, behaves) } : { result: "skipped", outputs: {} },
    );
  }
  return runs;
}

function behaviour(id: string, behaves: Readonly<Record<string, Behaviour>>): Behaviour {
  return behaves[id] ?? { result: "success" };
}

function ancestors(job: GraphJob, jobs: readonly GraphJob[]): string[] {
  const direct = job.needs.flatMap((id) => jobs.filter((one) => one.id === id));
  return [...new Set(direct.flatMap((one) => [one.id, ...ancestors(one, jobs)]))];
}

function statusFunctions(before: readonly JobResult[], cancelled: boolean): Functions {
  const functions = {
    success: !cancelled && before.every((result) => result === "success"),
    failure: !cancelled && before.includes("failure"),
    cancelled,
    always: true,
  };
  const entries = Object.entries(functions).map(([name, value]) => {
    const call = () => new data.BooleanData(value);
    return [name, { name, minArgs: 0, maxArgs: 0, call }] as const;
  });
  return new Map(entries);
}

/** Evaluates an expression (without its braces) by GitHub's own implementation. */
export function evaluate(
  expression: string,
  contexts: Contexts,
  functions: Functions = new Map(),
): data.ExpressionData {
  const known = [...(functions ?? new Map()).values()];
  const parsed = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), known).parse();
  return new Evaluator(parsed, toDictionary(contexts), functions).evaluate();
}

function truth(expression: string, contexts: Contexts, functions: Functions): boolean {
  const value = evaluate(expression, contexts, functions);
  if (value.kind === data.Kind.Boolean) return value.value;
  return value.coerceString() !== "";
}

function toDictionary(value: object): data.Dictionary {
  return JSON.parse(JSON.stringify(value), data.reviver) as data.Dictionary;
}
