import type { Command } from "commander";
import type { Dispatch } from "./context.ts";

/** What an auditor asks, offline: everything again, one model's past, one decision. */
export function addAudit(program: Command, dispatch: Dispatch): void {
  program
    .command("audit")
    .description("replays the whole history from raw Git objects, and judges every commit again, offline")
    .option("--from <revision>", "take that commit as given, and audit what follows")
    .option(
      "--checkpoint <file>",
      "go on from where the last audit ended, if the file is there; then update it",
    )
    .option("--key <file>", "sign the checkpoint with that private key")
    .option("--report <file>", "write the report there: JSON for .json, else Markdown")
    .action((...args) => dispatch(() => import("./commands/audit.ts"), args));
  program
    .command("history")
    .description("every transition of one model: when, what, who signed and approved it, its verdict")
    .argument("<model>", "such as flight-delay")
    .action((...args) => dispatch(() => import("./commands/history.ts"), args));
  program
    .command("verify")
    .description("proves an evidence pack, offline: digests, bindings, its verdict derived again")
    .argument("<folder>", "evidence/<model>/<version>/<run>")
    .action((...args) => dispatch(() => import("./commands/verify.ts"), args));
}
