import { writeNamedFile } from "../../adapters/fs/named-file.ts";
import { openPorts } from "../../host/wiring.ts";
import { backtestMarkdown, backtestText } from "../../report/backtest.ts";
import { backtest } from "../../usecases/backtest/backtest.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  readonly base: string;
  readonly head: string;
  readonly report?: string;
}

/**
 * `modelgate backtest --base REV --head REV`: 0 with whatever flips it lists, for a stricter policy may be meant; 2 when the
 * policies of either revision cannot be read.
 */
export async function run(context: CommandContext, options: Options): Promise<number> {
  const { console, signal } = context;
  const { git } = await openPorts(context.surroundings);
  const { base, head } = options;
  const found = await backtest(git, { base, head, signal });
  if (options.report !== undefined) await writeNamedFile(options.report, backtestMarkdown(found));
  console.data(found);
  if (!console.json) console.text(backtestText(found, console.width).trimEnd());
  return 0;
}
