import { openPorts } from "../../host/wiring.ts";
import { renderStatus } from "../../report/status.ts";
import { status } from "../../usecases/status.ts";
import { modelId } from "../arguments.ts";
import type { CommandContext } from "../context.ts";

/** `modelgate status [MODEL]`. */
export async function run(context: CommandContext, model: string | undefined): Promise<number> {
  const only = model === undefined ? undefined : modelId(model);
  const ports = await openPorts(context.surroundings);
  const shown = await status(ports, only);
  context.console.data(shown);
  context.console.text(renderStatus(shown, context.console.width));
  return 0;
}
