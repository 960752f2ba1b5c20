import { openPorts } from "../../host/wiring.ts";
import { timestampOf } from "../../domain/time.ts";
import { live, type LiveAnswer } from "../../usecases/live.ts";
import { modelId, pastTime } from "../arguments.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  readonly env: string;
  readonly at?: string;
}

/** `modelgate live MODEL --env ENV [--at TIME]`: 1 when nothing was live, so that a script can ask. */
export async function run(context: CommandContext, text: string, options: Options): Promise<number> {
  const at = options.at === undefined ? null : pastTime("--at", options.at);
  const question = { model: modelId(text), environment: options.env, at };
  const ports = await openPorts(context.surroundings);
  const answer = await live(ports, question);
  context.console.data(answer);
  context.console.text(answerText(answer, at));
  return answer.slot === null ? 1 : 0;
}

function answerText(answer: LiveAnswer, at: Date | null): string {
  const { model, environment, slot, since, by, proven, revision, commit } = answer;
  const when = at === null ? "" : ` at ${timestampOf(at)}`;
  const proof =
    proven === 1
      ? "Proved: there is one revision yet, the empty one."
      : `Proved: ${proven} revisions, each the one before plus its transition.`;
  if (slot === null) return `No version of ${model} was in production in ${environment}${when}.\n${proof}`;
  const serving = slot.serving ? "" : " (disabled: it holds its slot and does not serve)";
  return [
    `${model} ${slot.version} in ${environment}${when}${serving}`,
    `  manifest ${slot.manifest_digest}`,
    ...(since && by
      ? [`  since ${timestampOf(since)} by ${by.event}, verdict ${by.verdict}: ${by.reason}`]
      : []),
    ...(by ? [`  requested by ${by.requested_by}, evidence ${by.evidence_digest}`] : []),
    `  revision ${revision}, commit ${commit?.slice(0, 12)}`,
    proof,
  ].join("\n");
}
