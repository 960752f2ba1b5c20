import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../../../src/domain/document/json.ts";
import { placed, problemsOf, utf8 } from "../../../support/problems.ts";

const read = (text: string) => parseJson(utf8(text), "a.json");
const refusal = async (text: string) => placed(await problemsOf(() => read(text)));

/** As many lists, one in the other. */
const nested = (levels: number): unknown => (levels === 1 ? [] : [nested(levels - 1)]);

describe("what is refused, with line and column", () => {
  const cases: readonly (readonly [name: string, text: string, problems: readonly string[]])[] = [
    ["a duplicate key", '{"a":1,\n "a":2}', ["2:2 DOCUMENT_DUPLICATE_KEY"]],
    ["a duplicate key in another spelling", '{"a":1,"\\u0061":2}', ["1:8 DOCUMENT_DUPLICATE_KEY"]],
    ["an unsafe integer", '{"a": 9007199254740993}', ["1:7 DOCUMENT_NUMBER_UNSAFE"]],
    [
      "the exact spelling of 2^60, which nobody writes back",
      "1152921504606846976",
      ["1:1 DOCUMENT_NUMBER_UNSAFE"],
    ],
    ["an unsafe negative integer", "-9007199254740993", ["1:1 DOCUMENT_NUMBER_UNSAFE"]],
    ["a number beyond the largest", "[1, 1e999]", ["1:5 DOCUMENT_NUMBER_NOT_FINITE"]],
    ["half a surrogate pair", '["ok", "\\ud800"]', ["1:8 DOCUMENT_SURROGATE"]],
    ["a surrogate pair in the wrong order", '"\\udc00\\ud800"', ["1:1 DOCUMENT_SURROGATE"]],
    ["__proto__", '{"__proto__": {"polluted": true}}', ["1:2 DOCUMENT_KEY_FORBIDDEN"]],
    ["escaped __proto__", '{"\\u005f_proto__": 1}', ["1:2 DOCUMENT_KEY_FORBIDDEN"]],
    ["a truncated object", '{"a": [1, 2', ["1:12 DOCUMENT_TRUNCATED"]],
    ["a truncated string", '{"a": "hel', ["1:11 DOCUMENT_TRUNCATED"]],
    ["a truncated escape", '"\\', ["1:3 DOCUMENT_TRUNCATED"]],
    ["text after the value", "{}\n{}", ["2:1 DOCUMENT_SYNTAX"]],
    ["a trailing comma", "[1,]", ["1:4 DOCUMENT_SYNTAX"]],
    ["a leading zero", "[01]", ["1:3 DOCUMENT_SYNTAX"]],
    ["NaN", "[NaN]", ["1:2 DOCUMENT_SYNTAX"]],
    ["a comment", "{} // no", ["1:4 DOCUMENT_SYNTAX"]],
    ["single quotes", "{'a': 1}", ["1:2 DOCUMENT_SYNTAX"]],
    ["a control character in a string", '"a\tb"', ["1:3 DOCUMENT_SYNTAX"]],
    ["an unknown escape", '"\\x41"', ["1:4 DOCUMENT_SYNTAX"]],
    ["another kind of space", "[1,\u00a02]", ["1:4 DOCUMENT_SYNTAX"]],
    ["nothing", "", ["-:- DOCUMENT_EMPTY"]],
    ["white space only", " \n ", ["-:- DOCUMENT_EMPTY"]],
    ["a byte order mark", "\uFEFF{}", ["1:1 DOCUMENT_BOM"]],
    ["65 levels", `${"[".repeat(65)}${"]".repeat(65)}`, ["1:65 DOCUMENT_TOO_DEEP"]],
  ];
  it.each(cases)("%s", async (_name, text, problems) => {
    expect(await refusal(text)).toEqual(problems);
  });

  it.each([
    ["a duplicate key", '{\n  "a": 1,\n  "a": 1\n}\n', "3:3 DOCUMENT_DUPLICATE_KEY"],
    ["a rounded number", "[\n  9007199254740993\n]\n", "2:3 DOCUMENT_NUMBER_UNSAFE"],
    ["a number beyond the largest", "[\n  1e999\n]\n", "2:3 DOCUMENT_NUMBER_NOT_FINITE"],
    ["half a surrogate pair", '[\n  "\\ud800"\n]\n', "2:3 DOCUMENT_SURROGATE"],
    ["__proto__", '{\n  "__proto__": 1\n}\n', "2:3 DOCUMENT_KEY_FORBIDDEN"],
    ["65 levels", `${JSON.stringify(nested(65), null, 2)}\n`, "65:129 DOCUMENT_TOO_DEEP"],
  ])("%s in a text that looks like our own", async (_name, text, problem) => {
    expect(await refusal(text)).toEqual([problem]);
  });

  it("several problems at once, with their pointers", async () => {
    const text = '{"a": 1, "a": 2,\n "b": [9007199254740993, "\\ud800"],\n "c": {"__proto__": 1e999}}';
    const problems = await problemsOf(() => read(text));
    expect(problems.map(({ where, code }) => [code, where?.line, where?.column, where?.pointer])).toEqual([
      ["DOCUMENT_DUPLICATE_KEY", 1, 10, "/a"],
      ["DOCUMENT_NUMBER_UNSAFE", 2, 8, "/b/0"],
      ["DOCUMENT_SURROGATE", 2, 26, "/b/1"],
      ["DOCUMENT_KEY_FORBIDDEN", 3, 8, "/c/__proto__"],
      ["DOCUMENT_NUMBER_NOT_FINITE", 3, 21, "/c/__proto__"],
    ]);
  });

  it("bytes that are not UTF-8, at the first of them", async () => {
    const bytes = Uint8Array.from([...utf8('{"é":\n "'), 0xff, ...utf8('"}')]);
    expect(placed(await problemsOf(() => parseJson(bytes, "a.json")))).toEqual(["2:3 DOCUMENT_NOT_UTF8"]);
  });

  it("more bytes than the limit, before reading any", async () => {
    const problems = await problemsOf(() => parseJson(utf8("[1,2,3]"), "a.json", 6));
    expect(problems).toEqual([
      {
        code: "DOCUMENT_TOO_LARGE",
        message: "7 bytes; at most 6 are read.",
        where: { file: "a.json" },
        fix: expect.stringContaining("smaller"),
      },
    ]);
  });

  it("at most a hundred problems of a hostile file", async () => {
    const problems = await problemsOf(() => read(`[${Array(5000).fill("1e999").join(",")}]`));
    expect(problems).toHaveLength(100);
  });

  it("deep nesting without exhausting the stack", async () => {
    expect(await refusal("[".repeat(1_000_000))).toEqual(["1:65 DOCUMENT_TOO_DEEP"]);
  });
});

describe("what is read", () => {
  it("64 levels", () => {
    const text = `${"[".repeat(64)}${"]".repeat(64)}`;
    expect(read(text).value).toEqual(JSON.parse(text));
  });

  it.each([2 ** 53, 2 ** 60, 1e20, -1e20])("the large number %d as JSON.stringify writes it", (number) => {
    expect(read(JSON.stringify(number)).value).toBe(number);
  });

  it("leaves Object.prototype alone", async () => {
    await problemsOf(() => read('{"__proto__": {"polluted": true}}'));
    expect({}).not.toHaveProperty("polluted");
  });

  it("knows where values and keys stand", () => {
    const document = read('{\n  "a/b": [10,\n    {"c~d": true}]\n}');
    expect(document.place("/a~1b/1/c~0d")).toEqual({
      file: "a.json",
      line: 3,
      column: 13,
      pointer: "/a~1b/1/c~0d",
    });
    expect(document.keyPlace("/a~1b/1/c~0d")).toMatchObject({ line: 3, column: 6 });
    expect(document.keyPlace("/a~1b/0")).toMatchObject({ line: 2, column: 11 });
    expect(document.place("")).toMatchObject({ line: 1, column: 1 });
  });

  it("places what is not there at its nearest ancestor", () => {
    expect(read('{"a":\n {"b": 1}}').place("/a/missing/deeper")).toMatchObject({ line: 2, column: 2 });
  });

  it("everything that JSON.parse reads, with the same value", () => {
    const json = fc.json({ depthSize: "medium" }).filter((text) => !text.includes("__proto__"));
    fc.assert(
      fc.property(json, (text) => {
        expect(read(text).value).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it("64 levels in a text that looks like our own", () => {
    expect(read(`${JSON.stringify(nested(64), null, 2)}\n`).value).toEqual(nested(64));
  });

  it("the same from every spelling, our own among them", () => {
    const values = fc
      .jsonValue({ noUnicodeString: false })
      .filter((one) => !JSON.stringify(one).includes("__proto__"));
    fc.assert(
      fc.property(values, (value) => {
        const own = read(`${JSON.stringify(value, null, 2)}\n`).value;
        expect(own).toEqual(read(JSON.stringify(value, null, 1)).value);
      }),
      { numRuns: 300 },
    );
  });

  it("strings of every character, pretty-printed too", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })), (value) => {
        delete value["__proto__"];
        expect(read(JSON.stringify(value, null, "\t")).value).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it("nothing that JSON.parse refuses", () => {
    const almost = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "]", "}", '"', "\\", "0", "e", "x", "\u0001", " "))
      .map(
        ([text, at, junk]) =>
          `${text.slice(0, at % (text.length + 1))}${junk}${text.slice((at % (text.length + 1)) + 1)}`,
      );
    fc.assert(
      fc.property(almost, (text) => {
        const native = outcome(() => JSON.parse(text));
        const own = outcome(() => read(text).value);
        expect([undefined, native]).toContainEqual(own);
      }),
      { numRuns: 1000 },
    );
  });
});

function outcome(call: () => unknown): { value: unknown } | undefined {
  try {
    return { value: call() };
  } catch {
    return undefined;
  }
}
