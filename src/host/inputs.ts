import { type Problem, problem, refuse } from "../errors.ts";
import type { InputKind } from "./input-kinds.ts";

/** Every input of an action by its name in action.yml, and how it is read. */
export type InputSpec = Readonly<Record<string, InputKind<unknown>>>;

/** The typed record that a specification reads to. */
export type InputsOf<Spec extends InputSpec> = {
  readonly [Name in keyof Spec]: Spec[Name] extends InputKind<infer T> ? T : never;
};

const MAX_QUOTED = 80;

/**
 * Reads all inputs at once. The runner does not enforce `required`, so this does.
 * Errors, all of them in one: HOST_INPUT_MISSING, HOST_INPUT_INVALID.
 */
export function readInputs<const Spec extends InputSpec>(
  spec: Spec,
  read: (name: string) => string,
): InputsOf<Spec> {
  const problems: Problem[] = [];
  const values = Object.entries(spec).map(([name, kind]) => [
    name,
    readInput({ name, kind }, read(name).trim(), problems),
  ]);
  refuse(problems);
  return Object.fromEntries(values) as InputsOf<Spec>;
}

function readInput(
  input: { name: string; kind: InputKind<unknown> },
  text: string,
  problems: Problem[],
): unknown {
  const { name, kind } = input;
  if (text === "" && kind.whenEmpty) return kind.whenEmpty.value;
  if (text === "") return void problems.push(problem("HOST_INPUT_MISSING", `The input "${name}" is empty.`));
  const parsed = kind.parse(text);
  if (parsed.ok) return parsed.value;
  const message = `The input "${name}" is ${quote(text)}; it must be ${parsed.wanted}.`;
  return void problems.push(problem("HOST_INPUT_INVALID", message));
}

/** JSON quoting makes every control character visible, and a long value is cut. */
function quote(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
}
