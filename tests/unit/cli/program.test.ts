import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { withoutVainHelp } from "../../../src/cli/program/help.ts";
import { createProgram } from "../../../src/cli/program/program.ts";

const QUIET = { writeOut: () => undefined, writeErr: () => undefined };

/** The program with the verbs that it was asked to run, and what it wrote. */
function recorded() {
  const calls: (readonly unknown[])[] = [];
  const written: string[] = [];
  const program = createProgram("1.2.3", (_load, args) => {
    calls.push(args.slice(0, -1));
    return Promise.resolve();
  });
  const write = (text: string): void => void written.push(text);
  for (const command of [program, ...program.commands]) {
    command.configureOutput({ ...QUIET, writeOut: write, writeErr: write, getOutHelpWidth: () => 80 });
  }
  const parse = (line: readonly string[]) => program.parseAsync([...line], { from: "user" });
  return { program, calls, written, parse };
}

function helpOf(command: Command): string {
  const written: string[] = [];
  command.configureOutput({ writeOut: (text) => void written.push(text), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return written.join("");
}

/** Shell words: double quotes hold spaces together. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

function examplesIn(help: string): string[] {
  const [, after = ""] = help.split("\nExamples:\n");
  const lines = after.replaceAll(/ \\\n +/g, " ").split("\n");
  return lines.flatMap((line) => /^ {2}modelgate (.+?)(?: {2,}.*)?$/.exec(line)?.[1] ?? []);
}

describe("help", () => {
  test("of all verbs fits into 80 columns and says what each does", () => {
    const { program } = recorded();
    const help = helpOf(program);
    expect(help.split("\n").filter((line) => line.length > 80)).toEqual([]);
    for (const { name, text } of program.commands.map((one) => ({
      name: one.name(),
      text: one.description(),
    }))) {
      expect(help).toMatch(new RegExp(`^  ${name}\\b`, "m"));
      expect(text).not.toBe("");
    }
  });

  const verbs = recorded().program.commands.map((one) => one.name());

  test.each(verbs)("of %s fits into 80 columns, its examples too", (verb) => {
    const { program } = recorded();
    const help = helpOf(program.commands.find((one) => one.name() === verb) ?? program);
    expect(help).toContain("\nExamples:\n");
    expect(help.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("marks what must be given", () => {
    const { program } = recorded();
    const promote = program.commands.find((one) => one.name() === "promote") ?? program;
    expect(helpOf(promote)).toMatch(/--env <name> +environment \(required\)\n/);
    expect(helpOf(promote).match(/\(required\)/g)).toHaveLength(2);
  });

  test.each(["", ...verbs])("every example of %s is a command that is understood", async (verb) => {
    const { program } = recorded();
    const examples = examplesIn(helpOf(program.commands.find((one) => one.name() === verb) ?? program));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples.filter((one) => !one.includes("--help"))) {
      const { parse, calls } = recorded();
      await parse(words(example));
      expect(calls).toHaveLength(1);
    }
  });
});

describe("help that was asked for", () => {
  test.each([
    ["status --help", "status --help"],
    ["--help", "--help"],
    ["help", "help"],
    ["help promote", "help promote"],
    ["trust --help", "trust --help"],
    ["trust add --help", "trust add --help"],
    ["-C nonsense status -h", "-C nonsense status -h"],
    ["promote nonsense --help", "promote nonsense --help"],
    ["nonsense --help", "nonsense"],
    ["--json nonsense -h", "--json nonsense"],
    ["help nonsense", "nonsense"],
    ["trust nonsense --help", "trust nonsense"],
    ["help trust nonsense", "trust nonsense"],
  ])("%s is read as %s", (line, expected) => {
    expect(withoutVainHelp(recorded().program, words(line)).join(" ")).toBe(expected);
  });
});

describe("a verb below a verb", () => {
  test.each(["trust add ada --roles owner", "trust retire", "trust add ada --rols x"])(
    "%s points to its own help",
    async (line) => {
      const { program, parse } = recorded();
      const [one = "", two = ""] = words(line);
      const told: string[] = [];
      const command = program.commands
        .find((at) => at.name() === one)
        ?.commands.find((at) => at.name() === two);
      command?.configureOutput({ ...QUIET, writeErr: (text) => void told.push(text) });
      await expect(parse(words(line))).rejects.toThrow("error: ");
      expect(told.join("")).toContain(`(modelgate ${one} ${two} --help says what it takes)`);
    },
  );
});

describe("slots and events", () => {
  test("may be written in any case", async () => {
    const { parse, calls } = recorded();
    await parse(words("promote m@1.0.0 --to production --env prod"));
    expect(calls).toEqual([["m@1.0.0", { to: "PRODUCTION", env: "prod", reason: "promotion" }]]);
  });

  test.each([
    ["gate m@1.0.0 --event PROMOTE_TO_PROD", "Did you mean PROMOTE_TO_PRODUCTION?"],
    ["promote m@1.0.0 --env prod --to live", "There are: SHADOW, CANARY, PRODUCTION."],
  ])("%s", async (line, says) => {
    const { parse, written, calls } = recorded();
    await expect(parse(words(line))).rejects.toThrow(says);
    expect(written.join("")).toContain(`(modelgate ${words(line)[0]} --help says what it takes)`);
    expect(calls).toEqual([]);
  });
});
