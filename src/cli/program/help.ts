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
