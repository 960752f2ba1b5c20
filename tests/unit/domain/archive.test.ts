import { describe, expect, it } from "vitest";
import { readArchive } from "../../../src/domain/archive.ts";
import { GateError } from "../../../src/errors.ts";
import { zip, type ZipEntry } from "../../support/zip-writer.ts";

const LIMITS = { bytes: 10_000, files: 4 };
const HONEST: ZipEntry = { name: "parity.json", content: "{}" };

function codeOf(bytes: Buffer): string {
  try {
    readArchive(bytes, LIMITS);
    return "no error";
  } catch (error) {
    return error instanceof GateError ? error.code : String(error);
  }
}

describe("readArchive", () => {
  it("gives the files, packed or stored, in one folder or none, whatever the comment", () => {
    const entries: ZipEntry[] = [
      HONEST,
      { name: "a_1.0.0/samples.json", content: "[1]\n", method: 0 },
      { name: "empty.md", content: "", mode: 0 },
    ];
    const files = readArchive(zip(entries, "said by nobody"), LIMITS);
    expect([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ["parity.json", "{}"],
      ["a_1.0.0/samples.json", "[1]\n"],
      ["empty.md", ""],
    ]);
  });

  it.each([
    "../parity.json",
    "a/../../parity.json",
    "/etc/passwd",
    String.raw`..\parity.json`,
    "C:parity.json",
    "a/b/c",
    "folder/",
    "",
    ".git",
    "a/.git",
    "parity.json\0.md",
    "parit\u00e9.json",
    "::error::a",
    "a".repeat(200),
  ])("refuses the name %j", (name) => {
    expect(codeOf(zip([{ name, content: "" }]))).toBe("ARTIFACT_INVALID");
  });

  it.each<[string, Partial<ZipEntry>]>([
    ["a symlink", { mode: 0o120777, content: "/etc/passwd" }],
    ["a folder with a file's name", { mode: 0o040755 }],
    ["a device", { mode: 0o020666 }],
    ["an encrypted file", { flags: 1 }],
    ["an unknown packing", { method: 12 }],
    ["a wrong checksum", { checksum: 1 }],
    ["a size that is too small", { content: "0123456789", size: 3 }],
    ["a size that is too large", { size: 5 }],
    ["a place outside", { offset: 1_000_000 }],
    ["a place inside of something else", { offset: 7 }],
  ])("refuses %s", (_what, more) => {
    expect(codeOf(zip([{ ...HONEST, ...more }]))).toBe("ARTIFACT_INVALID");
  });

  it("refuses one name twice", () => {
    expect(codeOf(zip([HONEST, HONEST]))).toBe("ARTIFACT_INVALID");
  });

  it("unpacks no bomb: neither one that says its size nor one that lies about it", () => {
    const bomb = { name: "samples.json", content: Buffer.alloc(1_000_000) };
    expect(codeOf(zip([bomb]))).toBe("ARTIFACT_TOO_LARGE");
    const lying = zip([{ ...bomb, size: 100 }]);
    expect(() => readArchive(lying, LIMITS)).toThrow("unpacks to more than the 100 bytes that it says");
    const half = { content: Buffer.alloc(6000) };
    const two = [
      { ...half, name: "a" },
      { ...half, name: "b" },
    ];
    expect(codeOf(zip(two))).toBe("ARTIFACT_TOO_LARGE");
    expect(codeOf(zip(["a", "b", "c", "d", "e"].map((name) => ({ name, content: "" }))))).toBe(
      "ARTIFACT_TOO_LARGE",
    );
  });

  it("survives every cut and every changed byte", () => {
    const whole = zip([HONEST, { name: "run.json", content: "{}\n" }]);
    const codes = new Set<string>();
    for (let at = 0; at < whole.length; at += 1) {
      codes.add(codeOf(whole.subarray(0, at)));
      const changed = Buffer.from(whole);
      changed.writeUInt8(whole.readUInt8(at) ^ 0xff, at);
      codes.add(codeOf(changed));
    }
    // Local headers repeat what the directory says, and times and versions mean nothing: changes there are harmless.
    expect([...codes].sort()).toEqual(["ARTIFACT_INVALID", "ARTIFACT_TOO_LARGE", "no error"]);
    expect(codeOf(Buffer.alloc(0))).toBe("ARTIFACT_INVALID");
  });
});
