import * as fc from "fast-check";
import { CORE_SCHEMA, dump, load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { parseYaml } from "../../../../src/domain/document/yaml.ts";
import { placed, problemsOf, utf8 } from "../../../support/problems.ts";

const read = (text: string) => parseYaml(utf8(text), "a.yaml");
const refusal = async (text: string) => placed(await problemsOf(() => read(text)));

describe("what is refused, with line and column", () => {
  const cases: readonly (readonly [name: string, text: string, problems: readonly string[]])[] = [
    ["a duplicate key", "a: 1\na: 2\n", ["2:1 DOCUMENT_DUPLICATE_KEY"]],
    ["a duplicate key in quotes", 'a: 1\n"a": 2\n', ["2:1 DOCUMENT_DUPLICATE_KEY"]],
    ["an anchor", "a: &x 1\n", ["1:5 DOCUMENT_ALIAS"]],
    ["an alias", "a: &x 1\nb: *x\n", ["1:5 DOCUMENT_ALIAS", "2:5 DOCUMENT_ALIAS"]],
    ["a document that contains itself", "&a [*a]\n", ["1:2 DOCUMENT_ALIAS", "1:6 DOCUMENT_ALIAS"]],
    ["an unknown tag", "a: !foo 1\n", ["1:4 DOCUMENT_TAG"]],
    ["a tag that runs code elsewhere", "a: !!js/function x\n", ["1:4 DOCUMENT_TAG"]],
    ["a tag of the core schema", "a: !!str 1\n", ["1:4 DOCUMENT_TAG"]],
    ["infinity", "a: .inf\nb: -.INF\n", ["1:4 DOCUMENT_NUMBER_NOT_FINITE", "2:4 DOCUMENT_NUMBER_NOT_FINITE"]],
    ["not a number", "a: .nan\n", ["1:4 DOCUMENT_NUMBER_NOT_FINITE"]],
    ["an unsafe integer", "a: 9007199254740993\n", ["1:4 DOCUMENT_NUMBER_UNSAFE"]],
    ["an unsafe hexadecimal integer", "a: 0xFFFFFFFFFFFFFFFF\n", ["1:4 DOCUMENT_NUMBER_UNSAFE"]],
    ["__proto__", "__proto__: {x: 1}\n", ["1:1 DOCUMENT_KEY_FORBIDDEN"]],
    [
      "constructor and prototype",
      "constructor: 1\nprototype: 2\n",
      ["1:1 DOCUMENT_KEY_FORBIDDEN", "2:1 DOCUMENT_KEY_FORBIDDEN"],
    ],
    ["a merge key", "a:\n  <<: {b: 1}\n", ["2:3 DOCUMENT_KEY_FORBIDDEN"]],
    ["a key that is a number", "1: a\n", ["1:1 DOCUMENT_KEY_NOT_TEXT"]],
    ["a key that is null", "~: a\n", ["1:1 DOCUMENT_KEY_NOT_TEXT"]],
    ["a key that is a list", "? [a]\n: 1\n", ["1:3 DOCUMENT_KEY_NOT_TEXT"]],
    ["half a surrogate pair", 'a: "\\ud800"\n', ["1:4 DOCUMENT_SURROGATE"]],
    ["several documents", "a: 1\n---\nb: 2\n", ["-:- DOCUMENT_MANY"]],
    ["nothing", "", ["-:- DOCUMENT_EMPTY"]],
    ["comments only", "# nothing\n", ["-:- DOCUMENT_EMPTY"]],
    ["a byte order mark", "\uFEFFa: 1\n", ["1:1 DOCUMENT_BOM"]],
    ["33 levels", `a: ${"[".repeat(40)}`, ["1:35 DOCUMENT_TOO_DEEP"]],
    ["a list that does not end", "a: [1, 2", ["1:9 DOCUMENT_TRUNCATED"]],
    ["a tab as indentation", "a:\n\t- b\n", ["2:1 DOCUMENT_SYNTAX"]],
  ];
  it.each(cases)("%s", async (_name, text, problems) => {
    expect(await refusal(text)).toEqual(problems);
  });

  it("several problems at once", async () => {
    expect(await refusal("a: .nan\nb: {c: 1, c: 2}\n3: !x y\n")).toEqual([
      "1:4 DOCUMENT_NUMBER_NOT_FINITE",
      "2:11 DOCUMENT_DUPLICATE_KEY",
      "3:1 DOCUMENT_KEY_NOT_TEXT",
      "3:4 DOCUMENT_TAG",
    ]);
  });

  it("an alias bomb, at once", async () => {
    const lines = Array.from(
      { length: 30 },
      (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(",")}]`,
    );
    const problems = await problemsOf(() => read(`a0: &a0 lol\n${lines.join("\n")}\n`));
    expect(new Set(problems.map((one) => one.code))).toEqual(new Set(["DOCUMENT_ALIAS"]));
    expect(problems).toHaveLength(100);
  });

  it("more than 256 KiB, before parsing", async () => {
    expect(await refusal(`a: "${"x".repeat(256 * 1024)}"\n`)).toEqual(["-:- DOCUMENT_TOO_LARGE"]);
  });
});

describe("what is read", () => {
  it.each(["yes", "no", "on", "012", "1_000", "2026-01-01", "1e999", "0x"])("%s as text", (text) => {
    expect(read(`%YAML 1.1\n---\na: ${text}\n`).value).toEqual({ a: loadA(text) });
  });

  it("knows where values and keys stand", () => {
    const document = read("x:\n  y: 'z'\n  q:\n  - 1\n  - {k: \"v\"}\n");
    expect(document.place("/x/y")).toEqual({ file: "a.yaml", line: 2, column: 6, pointer: "/x/y" });
    expect(document.keyPlace("/x/y")).toMatchObject({ line: 2, column: 3 });
    expect(document.place("/x/q/1/k")).toMatchObject({ line: 5, column: 9 });
    expect(document.place("/x/none")).toMatchObject({ line: 2, column: 3 });
  });

  it("values are plain objects and arrays", () => {
    const { value } = read("a: {b: [1]}\n") as { value: { a: { b: unknown[] } } };
    expect([value, value.a].map((one) => Object.getPrototypeOf(one))).toEqual([
      Object.prototype,
      Object.prototype,
    ]);
  });

  it("everything that js-yaml writes, with the value that it reads", () => {
    const scalar = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const key = fc
      .string({ minLength: 1 })
      .filter((text) => !/^(__proto__|constructor|prototype|<<)$/.test(text));
    const { value } = fc.letrec((tie) => ({
      value: fc.dictionary(key, fc.oneof({ maxDepth: 3 }, scalar, fc.array(scalar), tie("value")), {
        minKeys: 1,
      }),
    }));
    fc.assert(
      fc.property(value, (written) => {
        const text = dump(written, { noRefs: true });
        expect(read(text).value).toEqual(load(text, { schema: CORE_SCHEMA }));
      }),
      { numRuns: 200 },
    );
  });
});

function loadA(text: string): unknown {
  return (load(`a: ${text}`, { schema: CORE_SCHEMA }) as { a: unknown }).a;
}
