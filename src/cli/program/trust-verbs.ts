import { type Command, Option } from "commander";
import { ROLES } from "../../trust/roles.ts";
import type { CommandModule, Dispatch } from "../context.ts";

const REWRITE = "lay out a file of another layout anew; its comments are lost";
const ID = "name of the key in trust.yaml (default: the principal's, numbered)";
const REASON = "why, for the record";
const SEE_THERE = "name open pull requests there too (GITHUB_TOKEN or GH_TOKEN)";

/** `modelgate trust …`: edits policies/trust.yaml in the work tree, for a pull request of its own. */
export function addTrust(program: Command, dispatch: Dispatch): void {
  const trust = program
    .command("trust")
    .description("who may sign what: adds, rotates and ends keys, revokes data");
  trust
    .command("add")
    .description("trusts a person or machine with a key")
    .argument("[principal]", "who holds the key")
    .option("--key <file>", "public key: a .pub file, PEM, or armoured OpenPGP")
    .option("--github-web-flow <file>", "GitHub's own key: https://github.com/web-flow.gpg, saved")
    .addOption(new Option("--roles <roles...>", "what the key may sign").choices([...ROLES]))
    .option("--github <login>", "the principal's login on GitHub")
    .option("--id <name>", ID)
    .option("--rewrite", REWRITE)
    .action(act("add", dispatch));
  trust
    .command("rotate")
    .description("adds a key beside an old one, with its roles; both sign until the old one is retired")
    .argument("<key>", "id or fingerprint of the old key")
    .requiredOption("--key <file>", "the new public key")
    .option("--id <name>", ID)
    .option("--rewrite", REWRITE)
    .action(act("rotate", dispatch));
  addEnds(trust, dispatch);
  trust
    .command("list")
    .description("keys, roles and what is revoked, as trust.yaml of the work tree says")
    .option("--write-signers", "write .github/allowed_signers from it again")
    .action(act("list", dispatch));
}

function addEnds(trust: Command, dispatch: Dispatch): void {
  trust
    .command("retire")
    .description("a key signs nothing new; what it signed stands")
    .argument("<key>", "id or fingerprint")
    .requiredOption("--reason <text>", REASON)
    .option("--rewrite", REWRITE)
    .action(act("retire", dispatch));
  trust
    .command("revoke")
    .description("nothing that depends on a key, dataset or training code is promoted any more")
    .argument("[key]", "id or fingerprint of a key")
    .option("--dataset <digest>", "dataset_hash of manifests")
    .option("--trainer-code <digest>", "trainer_code_hash of manifests")
    .requiredOption("--reason <text>", REASON)
    .option("--repository <owner/name>", SEE_THERE)
    .option("--rewrite", REWRITE)
    .action(act("revoke", dispatch));
}

type Verb = "add" | "rotate" | "retire" | "revoke" | "list";

function act(verb: Verb, dispatch: Dispatch): (...args: unknown[]) => Promise<void> {
  return (...args) => dispatch(() => load(verb), args);
}

async function load(verb: Verb): Promise<CommandModule> {
  switch (verb) {
    case "revoke":
      return import("../commands/trust-revoke.ts");
    case "list":
      return import("../commands/trust-list.ts");
    case "add":
    case "rotate":
    case "retire":
      return { run: (await import("../commands/trust.ts"))[verb] };
  }
}
