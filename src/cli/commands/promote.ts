import { type SlotName, SLOT_EVENT } from "../../domain/lifecycle.ts";
import { modelRef } from "../arguments.ts";
import type { CommandContext } from "../context.ts";
import { runTransition, type TransitionOptions } from "../transition.ts";

interface Options extends TransitionOptions {
  readonly to: SlotName;
  readonly env: string;
  readonly phase?: string;
  readonly reason: string;
}

/** `modelgate promote ID@VERSION --to SLOT --env ENV`. */
export function run(context: CommandContext, text: string, options: Options): Promise<number> {
  const { id, version } = modelRef(text);
  const { env: environment, phase = null, reason } = options;
  const asked = { event: SLOT_EVENT[options.to], model: id, version, environment, phase, reason };
  return runTransition(context, asked, options);
}
