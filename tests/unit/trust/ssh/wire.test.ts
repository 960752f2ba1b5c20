import { describe, expect, test } from "vitest";
import { WireReader, wireMpint, wireString } from "../../../../src/trust/ssh/wire.ts";
import { problemsOf } from "../../../support/problems.ts";

const reader = (hex: string): WireReader =>
  new WireReader(Buffer.from(hex.replaceAll(" ", ""), "hex"), { what: "It", code: "SIGNATURE_MALFORMED" });

async function complaint(call: () => unknown): Promise<string> {
  const [problem] = await problemsOf(call);
  return `${problem?.code}: ${problem?.message}`;
}

describe("An SSH string", () => {
  test("is as long as its length says, and is not copied", () => {
    const bytes = Buffer.from("00000003616263ff", "hex");
    const content = new WireReader(bytes, { what: "It", code: "SIGNATURE_MALFORMED" }).string();
    expect(content).toEqual(Buffer.from("abc"));
    expect(content.buffer).toBe(bytes.buffer);
  });

  test.each([
    ["00 00 00", "it ends too early"],
    ["00000004 616263", "it ends too early"],
    ["ffffffff 616263", "a part claims to have 4294967295 bytes"],
    ["00004001", "a part claims to have 16385 bytes"],
  ])("%s is refused: %s", async (hex, how) => {
    expect(await complaint(() => reader(hex).string())).toBe(`SIGNATURE_MALFORMED: It is malformed: ${how}.`);
  });

  test("that is a name is printable ASCII", async () => {
    expect(reader("00000003 676974").name()).toBe("git");
    expect(reader("00000000").name()).toBe("");
    for (const hex of [
      "00000001 0a",
      "00000001 20",
      "00000002 c3a9",
      "00000001 00",
      `00000100 ${"61".repeat(256)}`,
    ]) {
      expect(await complaint(() => reader(hex).name())).toContain("a name in it is not plain ASCII");
    }
  });
});

describe("An SSH number", () => {
  // The examples of RFC 4251 section 5.
  test.each([
    ["00000008 09a378f9b2e332a7", "09a378f9b2e332a7"],
    ["00000002 0080", "80"],
    ["00000001 01", "01"],
    ["00000003 00ffff", "ffff"],
  ])("%s is %s", (hex, magnitude) => {
    expect(reader(hex).mpint().toString("hex")).toBe(magnitude);
    expect(wireMpint(Buffer.from(magnitude, "hex")).toString("hex")).toBe(hex.replace(" ", ""));
  });

  test.each([
    ["00000000", "a number in it is zero"],
    ["00000001 00", "a number in it is zero"],
    ["00000002 edcc", "a number in it is negative"],
    ["00000001 80", "a number in it is negative"],
    ["00000002 0001", "a number in it has superfluous zeros"],
    ["00000003 000080", "a number in it has superfluous zeros"],
  ])("%s is refused: %s", async (hex, how) => {
    expect(await complaint(() => reader(hex).mpint())).toContain(how);
  });

  test("is written without superfluous zeros", () => {
    expect(wireMpint(Buffer.from("00000080", "hex")).toString("hex")).toBe("000000020080");
    expect(wireMpint(Buffer.alloc(4)).toString("hex")).toBe("00000000");
  });
});

describe("The end", () => {
  test("is where nothing follows", async () => {
    const whole = reader("00000001 61");
    whole.string();
    expect(() => whole.end()).not.toThrow();
    expect(await complaint(() => reader("00").end())).toContain("1 bytes follow its end");
  });

  test("strings are written with their length", () => {
    expect(wireString("git").toString("hex")).toBe("00000003676974");
    expect(wireString(Buffer.of(255)).toString("hex")).toBe("00000001ff");
  });
});
