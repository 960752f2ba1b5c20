import { describe, expect, it } from "vitest";
import { parseKeyValues } from "../../../support/runner/key-values.ts";

const read = (text: string): Record<string, string> => Object.fromEntries(parseKeyValues(text));

describe("the runner's reading of GITHUB_OUTPUT", () => {
  it.each<[string, Record<string, string>]>([
    ["a=1\nb=x=y\n", { a: "1", b: "x=y" }],
    ["a=1\na=2\n", { a: "2" }],
    ["\n\na=1", { a: "1" }],
    ["a<<EOF\none\ntwo\nEOF\nb=1\n", { a: "one\ntwo", b: "1" }],
    ["a<<EOF\nEOF\n", { a: "" }],
    ["a<<EOF\nb=evil\nc<<X\nEOF\n", { a: "b=evil\nc<<X" }],
    ["a=<<EOF\n", { a: "<<EOF" }],
    ["", {}],
  ])("%j", (text, values) => {
    expect(read(text)).toEqual(values);
  });

  it("lets text that knows the delimiter break out: that is why it must be random", () => {
    expect(read("a<<EOF\nmodel\nEOF\nresult=pass\nEOF=\n")).toMatchObject({ result: "pass" });
  });

  it.each([
    ["neither\n", "Invalid format 'neither'"],
    ["a<<EOF\none\n", "Matching delimiter not found 'EOF'"],
    ["a<<EOF\none", "EOF marker missing new line"],
    ["<<EOF\nEOF\n", "Name must not be empty"],
    ["a<<\n\n", "delimiter must not be empty"],
  ])("refuses %j", (text, message) => {
    expect(() => parseKeyValues(text)).toThrow(message);
  });
});
