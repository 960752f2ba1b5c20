import { openPorts } from "../../host/wiring.ts";
import { liveText } from "../../report/live.ts";
import { proveLive } from "../../usecases/audit/prove-live.ts";
import { modelId, pastTime } from "../arguments.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  readonly env: string;
  readonly at?: string;
}

/** `modelgate live MODEL --env ENV [--at TIME]`: 1 when nothing was live, so that a script can ask, or what made it so fails. */
export async function run(context: CommandContext, text: string, options: Options): Promise<number> {
  const at = options.at === undefined ? null : pastTime("--at", options.at);
  const question = { model: modelId(text), environment: options.env, at };
  const ports = await openPorts(context.surroundings);
  const answer = await proveLive(ports, question);
  context.console.data(answer);
  context.console.text(liveText(answer, at, context.console.width));
  return answer.slot === null || answer.judged?.outcome === "FAIL" ? 1 : 0;
}
