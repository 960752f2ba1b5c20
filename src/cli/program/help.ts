import { EXAMPLES } from "./examples.ts";
import { type Command, Help, InvalidArgumentError, Option } from "commander";
import { didYouMean } from "../../domain/nearest-name.ts";

/** Gives every verb its examples, and errors that point to the verb's own help. */
export function addExamples(program: Command): void {
  for (const command of program.commands) {
    pointToHelp(command, `modelgate ${command.name()}`);
    const examples = EXAMPLES[command.name()];
    if (examples)
      command.addHelpText("after", `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}`);
  }
}

/** Verbs below a verb, such as `trust add`, have a help of their own. */
function pointToHelp(command: Command, words: string): void {
  command.showHelpAfterError(`(${words} --help says what it takes)`);
  for (const one of command.commands) pointToHelp(one, `${words} ${one.name()}`);
}

/** What commander says of an option, and whether it must be given. */
export function describeOption(option: Option): string {
  const said = new Help().optionDescription(option);
  return option.mandatory ? `${said} (required)` : said;
}

/** `promote <model@version>`: without `[options]`, so that the list of verbs leaves room for what they do. */
export function verbTerm(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...words].join(" ");
}

/** An option with one of some names, in whatever case; a misspelt one is told the nearest. */
export function oneOf(flags: string, description: string, names: readonly string[]): Option {
  return new Option(flags, description).choices([...names]).argParser((text: string) => {
    const name = names.find((one) => one === text.toUpperCase());
    if (name !== undefined) return name;
    throw new InvalidArgumentError(didYouMean(text, names) || `There are: ${names.join(", ")}.`);
  });
}

const HELP = new Set(["--help", "-h"]);

/**
 * The words of a command line without the wish for help, where that is about a verb which is not there: so that it is
 * refused like the verb itself, and not answered by the help of something else.
 */
export function withoutVainHelp(program: Command, words: readonly string[]): readonly string[] {
  if (!words.some((word) => HELP.has(word) || word === "help")) return words;
  const { operands } = program.parseOptions([...words]);
  const [first, ...verbs] = operands;
  const named = first === "help" ? verbs : operands;
  if (!isUnknown(program, named)) return words;
  return first === "help" ? named : words.filter((word) => !HELP.has(word));
}

function isUnknown(command: Command, [verb, ...below]: readonly string[]): boolean {
  if (verb === undefined || command.commands.length === 0) return false;
  const found = command.commands.find((one) => one.name() === verb);
  return found === undefined ? verb !== "help" : isUnknown(found, below);
}
