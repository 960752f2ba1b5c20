import * as fc from "fast-check";
import semver from "semver";
import { describe, expect, it } from "vitest";
import { isVersion, versionComplaint } from "../../../src/domain/model-ref.ts";

const asSemver = (text: string): boolean =>
  text.length <= 64 && semver.valid(text) === text && !text.includes("+");

describe("versions", () => {
  it.each(["0.0.0", "1.0.0-rc.1", "1.0.0-0", "1.0.0--", "1.0.0-0a.-.a-b", "9007199254740991.0.0"])(
    "takes %s, as semver does",
    (text) => expect([isVersion(text), asSemver(text)]).toEqual([true, true]),
  );

  it.each([
    "",
    "1",
    "1.0",
    "v1.0.0",
    " 1.0.0",
    "1.0.0\n",
    "01.0.0",
    "1.0.0-01",
    "1.0.0-",
    "1.0.0-a..b",
    "1.0.0+build",
    "1.0.0-é",
    "9007199254740992.0.0",
    `1.0.0-${"a".repeat(59)}`,
  ])("refuses %j, as semver does", (text) =>
    expect([isVersion(text), asSemver(text)]).toEqual([false, false]),
  );

  it.each([
    ["1.3.0+build.5", "write 1.3.0, or 1.3.0-build.5 for a pre-release."],
    ["1.3.0-rc.1+5", "write 1.3.0-rc.1, or 1.3.0-rc.1.5 for a pre-release."],
    ["1.3.0+a_b", "write 1.3.0."],
    ["v1.3.0", "A version has no leading v: write 1.3.0."],
    ["1.3", "A version has three numbers: write 1.3.0."],
    ["01", "A version has three numbers: write 1.0.0."],
  ])("says of %s what to write instead, which is a version", (text, end) => {
    const complaint = versionComplaint(text) ?? "";
    expect(complaint.endsWith(end)).toBe(true);
    for (const [, written = ""] of complaint.matchAll(/(?:write|or) (\S+?)(?:,|\.$| for)/g))
      expect(isVersion(written)).toBe(true);
  });

  it.each(["1.3.0", "1.3.0-", "latest", `1.0.0+${"a".repeat(80)}`])("has nothing to say of %s", (text) => {
    expect(versionComplaint(text)).toBeNull();
  });

  it("agrees with semver on whatever looks like a version", () => {
    const part = fc.constantFrom(
      "0",
      "1",
      "01",
      "10",
      "a",
      "-",
      "0a",
      "rc",
      "",
      "9007199254740993",
      "+",
      "v",
      " ",
    );
    const text = fc
      .array(fc.tuple(part, fc.constantFrom(".", "-", "")), { maxLength: 8 })
      .map((parts) => parts.flat().join(""));
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          text.map((tail) => `1.2.3-${tail}`),
          fc.string(),
        ),
        (one) => {
          expect(isVersion(one)).toBe(asSemver(one));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
