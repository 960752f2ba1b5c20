import { CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { listenForInterrupt } from "../host/interrupt.ts";
import { openConsole, reportError, reportUsage } from "./console.ts";
import type { CommandModule } from "./context.ts";
import { watchOutput } from "./output.ts";
import { withoutVainHelp } from "./program/help.ts";
import { createProgram } from "./program/program.ts";

interface GlobalOptions {
  readonly repo: string;
  readonly json?: boolean;
  readonly color: boolean;
  readonly ortDir?: string;
}

async function main(argv: readonly string[]): Promise<number> {
  using interrupt = listenForInterrupt();
  let exit = 0;
  const program = createProgram(packageJson.version, async (load, args) => {
    exit = await dispatch(load, args, { global: program.opts<GlobalOptions>(), signal: interrupt.signal });
  });
  try {
    await program.parseAsync([...withoutVainHelp(program, argv)], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : reportUsage(error.message, argv.includes("--json"));
  }
  return exit;
}

async function dispatch(
  load: () => Promise<CommandModule>,
  args: readonly unknown[],
  from: { global: GlobalOptions; signal: AbortSignal },
): Promise<number> {
  const { repo, ortDir, json = false, color } = from.global;
  const output = { json, color };
  const context = {
    console: openConsole(output),
    surroundings: { repo, ortDir, signal: from.signal, json, color },
    signal: from.signal,
  };
  try {
    const { run } = await load();
    // commander appends its own command object after the arguments and options.
    return await run(context, ...(args.slice(0, -1) as never[]));
  } catch (error) {
    return reportError(error, output);
  }
}

const output = watchOutput();
void main(process.argv.slice(2)).then((exit) => (process.exitCode = output.isLost() ? 3 : exit));
