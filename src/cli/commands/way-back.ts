import type { LifecycleEvent } from "../../domain/lifecycle.ts";
import { modelAndVersion } from "../arguments.ts";
import type { CommandContext, CommandModule } from "../context.ts";
import { runTransition, type TransitionOptions } from "../transition.ts";

const EVENT_OF = {
  rollback: "ROLLBACK",
  disable: "DISABLE",
  enable: "ENABLE",
  retire: "RETIRE",
  revoke: "REVOKE",
} as const satisfies Record<string, LifecycleEvent>;

interface Options extends TransitionOptions {
  readonly env?: string;
  readonly to?: string;
  readonly reason: string;
}

/** The five verbs that take a version out of the way or bring one back: one request, five events. */
export function verb(name: keyof typeof EVENT_OF): CommandModule {
  return {
    run: (context: CommandContext, text: string, options: Options) => {
      const { id, version } = modelAndVersion(text);
      const asked = {
        event: EVENT_OF[name],
        model: id,
        version: options.to ?? version,
        environment: options.env ?? null,
        phase: null,
        reason: options.reason,
      };
      return runTransition(context, asked, options);
    },
  };
}
