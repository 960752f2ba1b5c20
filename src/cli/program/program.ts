import { Command, Option } from "commander";
import { EVENTS, SLOTS } from "../../domain/lifecycle.ts";
import { EVIDENCE_KINDS } from "../../domain/evidence.ts";
import { addExamples, describeOption, oneOf, verbTerm } from "./help.ts";
import { fitted } from "../../report/layout.ts";
import { columnsOf } from "../console.ts";
import type { Dispatch } from "../context.ts";
import { addAudit } from "../audit-verbs.ts";
import { addTrust } from "./trust-verbs.ts";
import { addSigning } from "./signing-verbs.ts";

const EXAMPLES = `
Examples:
  modelgate status                        what is where, what is proposed
  modelgate validate                      every version that changed
  modelgate promote flight-delay@1.1.0 --to SHADOW --env staging
  modelgate rollback flight-delay --env prod --reason "complaints"
  modelgate promote --help                what a verb takes, with examples

Exit codes: 0 pass or warn, 1 the gate says no, 2 bad usage or input,
3 the tool or the runner broke.`;

const VERSION = "such as flight-delay@1.1.0";

/** The command line: names, arguments and help. What a verb does is in `commands/<verb>.ts`. */
export function createProgram(version: string, dispatch: Dispatch): Command {
  const program = new Command("modelgate")
    .description("Promotion gates for machine-learning models that live in a Git repository.")
    .version(version)
    .option("-C, --repo <dir>", "the Git repository to work on", ".")
    .option("--json", "one JSON document on stdout instead of text")
    .option("--no-color", "no colours, also on a terminal")
    .option(
      "--ort-dir <dir>",
      "where ONNX Runtime's native library is (else node_modules, then the tool cache)",
    )
    .configureHelp({
      sortSubcommands: false,
      showGlobalOptions: true,
      subcommandTerm: verbTerm,
      optionDescription: describeOption,
    })
    .showHelpAfterError("(modelgate --help lists the verbs)")
    .addHelpText("after", EXAMPLES)
    .configureOutput({
      outputError: (text, write) => write(fitted(text, columnsOf(process.stderr, process.env))),
    })
    .exitOverride();
  addReading(program, dispatch);
  addAudit(program, dispatch);
  addRegistry(program, dispatch);
  addGate(program, dispatch);
  addApprove(program, dispatch);
  addCheck(program, dispatch);
  addBacktest(program, dispatch);
  addWayBack(program, dispatch);
  addTrust(program, dispatch);
  addForge(program, dispatch);
  addSigning(program, dispatch);
  addSetUp(program, dispatch);
  addExamples(program);
  return program;
}

function addSetUp(program: Command, dispatch: Dispatch): void {
  program
    .command("init")
    .description(
      "scaffolds a governed repository: workflows, policies, CODEOWNERS, ruleset; overwrites nothing",
    )
    .requiredOption("--ref <commit>", "the commit of the modelgate release that the workflows pin")
    .requiredOption("--owner <owner>", "who reviews rules: @org/team or @login")
    .option("--branch <name>", "the repository's default branch", "main")
    .option("--release <version>", "the version of that release, for the comment beside it")
    .option("--merge-queue", "put a merge queue into the ruleset")
    .option("--matrix", "measure in jobs of their own, for registries that are too much for one")
    .option("--model <file>", "an ONNX file to start the first version from")
    .option("--as <model@version>", "what that version is called")
    .action((...args) => dispatch(() => import("../commands/init.ts"), args));
  program
    .command("doctor")
    .description("finds what would let a change past the gate: workflows, owners, settings")
    .option("--repository <owner/name>", "look at its settings too (token: GITHUB_TOKEN or GH_TOKEN)")
    .action((...args) => dispatch(() => import("../commands/doctor.ts"), args));
}

function addReading(program: Command, dispatch: Dispatch): void {
  program
    .command("status")
    .description("what is in which slot, which proposals wait, what can be rolled back to")
    .argument("[model]", "only this model")
    .action((...args) => dispatch(() => import("../commands/status.ts"), args));
  program
    .command("live")
    .description("the version that serves production, proved from the ledger's history")
    .argument("<model>", "such as flight-delay")
    .requiredOption("--env <name>", "environment")
    .option("--at <time>", "at that time (ISO-8601), instead of now")
    .action((...args) => dispatch(() => import("../commands/live.ts"), args));
  program
    .command("explain")
    .description("what a code, metric, event, state or outcome means, and how to fix it")
    .argument("[topic]", "a code, metric, event, state or outcome; codes, metrics, events … list them")
    .action((...args) => dispatch(() => import("../commands/explain.ts"), args));
}

function addRegistry(program: Command, dispatch: Dispatch): void {
  program
    .command("register")
    .description("computes files, digests and CRC of a version folder and writes its manifest")
    .argument("<folder>", "models/<id>/<version>")
    .option("--key <path>", "sign the manifest: a private key, or the .pub of one in the SSH agent")
    .option("--key-id <id>", "refuse any other key: its id in trust.yaml, or its fingerprint")
    .action((...args) => dispatch(() => import("../commands/register.ts"), args));
  program
    .command("validate")
    .description("checks every manifest field against what it names")
    .argument("[paths...]", "version folders; without any: the versions that differ from the base")
    .option("--base <revision>", "what counts as unchanged (default: origin/main or main)")
    .option("--all", "check every version of the registry")
    .action((...args) => dispatch(() => import("../commands/validate.ts"), args));
  program
    .command("measure")
    .description("measures one version and prints or stores the evidence; judges nothing")
    .addArgument(program.createArgument("<kind>", "what to measure").choices([...EVIDENCE_KINDS]))
    .argument("<model@version>", VERSION)
    .option("--out <dir>", "write <kind>.json there")
    .option("--live <model@version>", "the version to measure alongside (benchmark)")
    .option("--seed <n>", "seed of orders and resampling", "1")
    .addOption(
      oneOf("--event <event>", "parity only: use the tolerances of the policies for this event", EVENTS),
    )
    .option("--env <name>", "parity only: the environment of that event")
    .action((...args) => dispatch(() => import("../commands/measure.ts"), args));
}

const SIGN_WITH = "sign with this private key, or the .pub of one in the SSH agent, not as git is set up";
const PROPOSE_THERE = "propose by a pull request on GitHub (token: GITHUB_TOKEN or GH_TOKEN)";

function addGate(program: Command, dispatch: Dispatch): void {
  program
    .command("gate")
    .description("measures what the policies need, then judges; writes nothing to Git")
    .argument("<model@version>", VERSION)
    .addOption(oneOf("--event <event>", "the transition to judge", EVENTS).makeOptionMandatory())
    .option("--env <name>", "environment; every event but REGISTER, RETIRE and REVOKE has one")
    .option("--phase <share>", 'traffic share of a canary, for example "5%"')
    .option("--evidence <dir>", "judge stored evidence instead of measuring")
    .option("--out <dir>", "write the evidence pack there")
    .addOption(
      new Option("--format <format>", "how to print")
        .choices(["text", "markdown", "json", "sarif"])
        .default("text"),
    )
    .action((...args) => dispatch(() => import("../commands/gate.ts"), args));
  program
    .command("promote")
    .description(
      "gates a promotion and proposes it: one commit on a branch, and the text of the pull request",
    )
    .argument("<model@version>", VERSION)
    .addOption(oneOf("--to <slot>", "where to", SLOTS).makeOptionMandatory())
    .requiredOption("--env <name>", "environment")
    .option("--phase <share>", 'traffic share of a canary, for example "5%"')
    .option("--reason <text>", "why, for the record", "promotion")
    .option("--evidence <dir>", "judge stored evidence instead of measuring")
    .option("--dry-run", "judge, but write nothing")
    .option("--key <path>", SIGN_WITH)
    .option("--repository <owner/name>", PROPOSE_THERE)
    .action((...args) => dispatch(() => import("../commands/promote.ts"), args));
}

function addApprove(program: Command, dispatch: Dispatch): void {
  program
    .command("approve")
    .description("shows what a proposal does and rests on; with --key it signs that as an approval")
    .argument("[proposal]", "its branch, such as promote/prod/churn; needed only if several are open")
    .option("--key <path>", "sign with this private key, or the .pub of one in the SSH agent")
    .option("--comment <text>", "what the approval should remember")
    .option("--onto <branch>", "the branch that it goes into (default: the one that is checked out)")
    .action((...args) => dispatch(() => import("../commands/approve.ts"), args));
}

function addCheck(program: Command, dispatch: Dispatch): void {
  program
    .command("check")
    .description("the required check: proves, measures and judges a change between two revisions")
    .requiredOption("--base <revision>", "what the change goes onto; policies and ledger come from there")
    .requiredOption("--head <revision>", "the change")
    .option("--evidence <dir>", "take measurements that other jobs made (see plan), instead of measuring")
    .option("--needs <json>", "GitHub's needs context: the results of those jobs")
    .addOption(
      new Option("--enforced-elsewhere <names...>", "requirements that somebody else enforces").choices([
        "approvals",
        "streak",
      ]),
    )
    .action((...args) => dispatch(() => import("../commands/check.ts"), args));
  program
    .command("plan")
    .description("the measurements of a change, as a job matrix (--json)")
    .requiredOption("--base <revision>", "what the change goes onto")
    .requiredOption("--head <revision>", "the change")
    .action((...args) => dispatch(() => import("../commands/plan.ts"), args));
}

function addBacktest(program: Command, dispatch: Dispatch): void {
  program
    .command("backtest")
    .description("judges past promotions and kept refusals again under changed policies; measures nothing")
    .requiredOption("--base <revision>", "whose past it is, and whose policies are compared with")
    .requiredOption("--head <revision>", "whose policies judge")
    .option("--report <file>", "write the report as Markdown there")
    .action((...args) => dispatch(() => import("../commands/backtest.ts"), args));
}

function addForge(program: Command, dispatch: Dispatch): void {
  program
    .command("record")
    .description("after a merge: proves that the pointer moved as announced, and tells GitHub's deployments")
    .option("--repository <owner/name>", "on GitHub (default: GITHUB_REPOSITORY)")
    .option("--before <commit>", "record every revision since then (default: the newest alone)")
    .option("--branch <name>", "that promotions are merged into (default: the one that is checked out)")
    .option("--key <path>", "a key of the gate: signs the records of reviews that were counted")
    .action((...args) => dispatch(() => import("../commands/record.ts"), args));
}

const WAYS_BACK = [
  ["rollback", "returns production to a version that passed there before", true],
  ["disable", "kill switch: serving off, state kept", true],
  ["enable", "serving on again; gated", true],
  ["retire", "a registered version leaves the rollback targets for good", false],
  ["revoke", "a version leaves every slot and can never return", false],
] as const;

function addWayBack(program: Command, dispatch: Dispatch): void {
  for (const [verb, description, inEnvironment] of WAYS_BACK) {
    const command = program
      .command(verb)
      .description(description)
      .argument("<model>", "model, or model@version");
    if (inEnvironment) command.requiredOption("--env <name>", "environment");
    if (verb === "rollback")
      command.option("--to <version>", "the version to return to (default: the newest target)");
    command
      .requiredOption("--reason <text>", "why, for the record")
      .option("--dry-run", "judge, but write nothing")
      .option("--key <path>", SIGN_WITH)
      .option("--repository <owner/name>", PROPOSE_THERE)
      .action((...args) => dispatch(async () => (await import("../commands/way-back.ts")).verb(verb), args));
  }
}
