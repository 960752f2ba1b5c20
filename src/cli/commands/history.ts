import { keepHeapSmall } from "../../adapters/machine/small-heap.ts";
import { openPorts } from "../../host/wiring.ts";
import { historyText } from "../../report/history.ts";
import { modelHistory } from "../../usecases/audit/model-history.ts";
import { modelId } from "../arguments.ts";
import type { CommandContext } from "../context.ts";

/** `modelgate history MODEL`: 1 when a transition of it does not stand. */
export async function run({ console, signal, surroundings }: CommandContext, text: string): Promise<number> {
  const model = modelId(text);
  keepHeapSmall();
  const history = await modelHistory(await openPorts(surroundings), model, signal);
  console.data(history);
  console.text(historyText(history, console.width));
  return history.transitions.some(({ outcome }) => outcome === "FAIL") ? 1 : 0;
}
