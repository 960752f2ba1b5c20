import { describe, expect, it } from "vitest";
import { externalDataProblems, externalFiles } from "../../../../src/measure/onnx/external-data.ts";

const LISTED = [
  { path: "w.bin", size: 100 },
  { path: "data/w.bin", size: 8 },
];
const at = (location: string, offset: number | null = null, length: number | null = null) => ({
  location,
  offset,
  length,
});
const codes = (...external: ReturnType<typeof at>[]) =>
  externalDataProblems(external, LISTED).map(({ code }) => code);

describe("external data", () => {
  it("may be what the manifest lists", () => {
    expect(codes(at("w.bin"), at("w.bin", 60, 40), at("data/w.bin", 0, 8))).toEqual([]);
    expect(externalFiles([at("w.bin"), at("data/w.bin"), at("w.bin", 4)])).toEqual(["data/w.bin", "w.bin"]);
  });

  it.each([
    "",
    "/etc/passwd",
    "../w.bin",
    "data/../../w.bin",
    "./w.bin",
    "data//w.bin",
    "data\\w.bin",
    "*/_ORT_MEM_ADDR_/*",
    "_ORT_MEM_ADDR_/x",
    "C:w.bin",
    "w.bin\0",
    "w.bin\n",
    "-/..",
    "data/",
  ])("must not be at %j", (location) => {
    expect(codes(at(location))).toEqual(["MODEL_EXTERNAL_DATA_UNSAFE"]);
  });

  it("must be listed, and long enough", () => {
    expect(codes(at("other.bin"), at("w.bin", 62, 40), at("w.bin", 101), at("data/w.bin", 0, 9))).toEqual([
      "MODEL_EXTERNAL_DATA_UNLISTED",
      "MODEL_EXTERNAL_DATA_SHORT",
      "MODEL_EXTERNAL_DATA_SHORT",
      "MODEL_EXTERNAL_DATA_SHORT",
    ]);
  });
});
