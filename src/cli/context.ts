import type { Surroundings } from "../host/wiring.ts";
import type { Console } from "./console.ts";

/** What every command gets: where it prints, and what it opens its ports with. */
export interface CommandContext {
  readonly console: Console;
  readonly surroundings: Surroundings;
  /** Raised by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A command returns the exit code: 0 pass or warn, 1 the gate says no; it throws `GateError` for bad input. */
export type Run<Args extends unknown[] = never[]> = (
  context: CommandContext,
  ...args: Args
) => Promise<number>;

/** A module of `commands/`, loaded only when its verb is called, so that start-up costs only what runs. */
export interface CommandModule {
  readonly run: Run;
}

/** Runs a loaded command with commander's positional arguments and options. */
export type Dispatch = (load: () => Promise<CommandModule>, args: readonly unknown[]) => Promise<void>;
