import { formatJson } from "../../domain/document/format.ts";
import type { Evidence, EvidenceKind } from "../../domain/evidence.ts";
import type { LifecycleEvent } from "../../domain/lifecycle.ts";
import { DEFAULT_RULES, type ParityRules } from "../../domain/parity-rules.ts";
import { loadEngine, openPorts } from "../../host/wiring.ts";
import { startRun } from "../../host/start.ts";
import { renderEvidence } from "../../report/evidence.ts";
import { type CommitFiles, parityRulesAt } from "../../usecases/gate/base.ts";
import { measureKind } from "../../usecases/gate/measure-evidence.ts";
import { baseCommit } from "../../usecases/base-commit.ts";
import { loadVersion } from "../../usecases/registry/load-version.ts";
import { runOf } from "../../usecases/run-context.ts";
import { groundOf } from "../../usecases/trust/ground.ts";
import { modelRef, wholeNumber } from "../arguments.ts";
import type { CommandContext } from "../context.ts";
import { writeFolder } from "../write-folder.ts";

interface Options {
  readonly out?: string;
  readonly live?: string;
  readonly seed: string;
  readonly event?: LifecycleEvent;
  readonly env?: string;
}

/** `modelgate measure KIND ID@VERSION`: evidence on stdout or in a folder; no limit, no outcome. */
export async function run(
  context: CommandContext,
  kind: EvidenceKind,
  text: string,
  options: Options,
): Promise<number> {
  const ref = modelRef(text);
  const [ports] = await Promise.all([openPorts(context.surroundings), loadMeasuring(kind)]);
  const candidate = await loadVersion(ports.files, ref);
  const live = options.live === undefined ? null : await loadVersion(ports.files, modelRef(options.live));
  const start = startRun(wholeNumber("--seed", options.seed));
  const base = await baseCommit(ports.git);
  const ground = await groundOf(ports.git, base);
  const rules = await rulesOf(ports.git, base, { model: ref.id, options });
  const run = runOf(start, { model: ref.id, version: ref.version, phase: null });
  const evidence = await measureKind(ports, kind, {
    candidate,
    live,
    run,
    ground,
    rules,
    signal: context.signal,
  });
  ports.progress.end();
  await show(context, evidence, options.out);
  if (kind === "parity") context.console.note(sourceOf(rules));
  return 0;
}

/** Of the policies that match the transition that is named; else the defaults. */
async function rulesOf(
  git: CommitFiles,
  base: string | null,
  { model, options }: { readonly model: string; readonly options: Options },
): Promise<ParityRules> {
  const { event, env } = options;
  if (event === undefined || base === null) return DEFAULT_RULES;
  return parityRulesAt(git, base, { event, model, environment: env ?? null });
}

function sourceOf({ policies }: ParityRules): string {
  return policies.length > 0
    ? `Tolerances: from the policies ${policies.join(", ")}.`
    : "Tolerances: the defaults. With --event and --env, modelgate uses those of the policies.";
}

/** Code is loaded while git starts: the sooner the engine starts, the sooner all is done. */
async function loadMeasuring(kind: EvidenceKind): Promise<void> {
  if (kind !== "integrity") await loadEngine();
  if (kind === "parity") await import("../../usecases/measure/parity.ts");
}

async function show({ console }: CommandContext, evidence: Evidence, out: string | undefined): Promise<void> {
  const text = formatJson(evidence);
  if (out !== undefined) await writeFolder(out, new Map([[`${evidence.kind}.json`, Buffer.from(text)]]));
  console.data(evidence);
  if (!console.json) console.text(renderEvidence(evidence, console.width));
  if (out !== undefined) console.note(`Evidence: ${out}/${evidence.kind}.json`);
}
