import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { contentProblem } from "../../../../src/domain/registry/forbidden-content.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");
const npy = (descr: string) =>
  latin1(`\x93NUMPY\x01\x00v\x00{'descr': ${descr}, 'fortran_order': False, 'shape': (3,), }`);

describe("refused", () => {
  it.each([
    // What Python writes: pickle.dumps({"a": [1]}, protocol=n).
    ["protocol 0", "w.data", latin1("(dp0\nVa\np1\n(lp2\nI1\nas."), "MANIFEST_FILE_PICKLE"],
    ["protocol 0 that runs a command", "w.data", latin1("cos\nsystem\n(S'id'\ntR."), "MANIFEST_FILE_PICKLE"],
    ["protocol 0 with INST", "w.data", latin1("(ios\nsystem\n"), "MANIFEST_FILE_PICKLE"],
    [
      "protocol 2",
      "w.bin",
      latin1("\x80\x02}q\x00X\x01\x00\x00\x00aq\x01]q\x02K\x01as."),
      "MANIFEST_FILE_PICKLE",
    ],
    ["protocol 2 that runs a command", "w.bin", latin1("\x80\x02cposix\nsystem\n"), "MANIFEST_FILE_PICKLE"],
    ["protocol 3", "w.bin", latin1("\x80\x03}q\x00."), "MANIFEST_FILE_PICKLE"],
    [
      "protocol 4",
      "w.bin",
      latin1("\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00}\x94."),
      "MANIFEST_FILE_PICKLE",
    ],
    [
      "protocol 5",
      "w.bin",
      latin1("\x80\x05\x95\x0c\x00\x00\x00\x00\x00\x00\x00}\x94."),
      "MANIFEST_FILE_PICKLE",
    ],
    [
      "the old format of torch.save",
      "w.bin",
      latin1("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."),
      "MANIFEST_FILE_PICKLE",
    ],
    ["a pickle called .onnx", "model.onnx", latin1("\x80\x02cposix\nsystem\n"), "MANIFEST_FILE_PICKLE"],
    ["a pickle called .json", "x.json", latin1("\x80\x02}q\x00."), "MANIFEST_FILE_PICKLE"],
    ["NumPy objects", "x.npy", npy("'|O'"), "MANIFEST_FILE_PICKLE"],
    ["NumPy objects of the old spelling", "x.npy", npy("'O'"), "MANIFEST_FILE_PICKLE"],
    ["NumPy objects in a record", "x.npy", npy("[('a', '<f4'), ('b', '|O')]"), "MANIFEST_FILE_PICKLE"],
    ["an empty .pkl", "x.pkl", latin1(""), "MANIFEST_FILE_PICKLE"],
    ["a .PT in capitals", "x.PT", latin1("x"), "MANIFEST_FILE_PICKLE"],
    ["the zip format of torch.save", "w.bin", latin1("PK\x03\x04"), "MANIFEST_FILE_ARCHIVE"],
    ["HDF5", "w.bin", latin1("\x89HDF\r\n\x1a\n"), "MANIFEST_FILE_ARCHIVE"],
    ["an .h5 by name", "w.h5", latin1("x"), "MANIFEST_FILE_ARCHIVE"],
    ["a .keras by name", "w.keras", latin1("x"), "MANIFEST_FILE_ARCHIVE"],
    ["gzip", "x.data", gzipSync("x"), "MANIFEST_FILE_ARCHIVE"],
    ["tar", "x.data", latin1(`${"a".padEnd(257, "\0")}ustar\0`), "MANIFEST_FILE_ARCHIVE"],
    [
      "an LFS pointer",
      "model.onnx",
      latin1("version https://git-lfs.github.com/spec/v1\noid sha256:00\n"),
      "MANIFEST_FILE_LFS_POINTER",
    ],
  ])("%s", (_what, path, head, code) => {
    expect(contentProblem({ path, head })?.code).toBe(code);
  });
});

describe("accepted", () => {
  it.each([
    ["an ONNX model", "model.onnx", latin1("\x08\x08\x12\x08skl2onnx")],
    ["a tensor", "input_0.pb", latin1("\x08\x05\x08\x10\x10\x01")],
    ["a NumPy array of numbers", "x.npy", npy("'<f4'")],
    ["a NumPy record of numbers", "x.npy", npy("[('Open', '<f4')]")],
    ["raw weights that begin like PROTO", "w.bin", latin1("\x80\x02\x00\x3f\x9a\x99\x19\x3e")],
    [
      "raw weights that begin like PROTO and FRAME",
      "w.bin",
      latin1("\x80\x04\x95\x3e\x9a\x99\x19\x3e\x01\x02\x03\x04"),
    ],
    ["Markdown that begins like a global", "CHANGES.md", latin1("changes\nhere\n")],
    ["a licence", "LICENSE", latin1("copyright\nnobody\n")],
    ["a text about LFS", "README.md", latin1("This version https://git-lfs.github.com/spec/v1\n")],
    ["an empty file", "empty.bin", latin1("")],
  ])("%s", (_what, path, head) => {
    expect(contentProblem({ path, head })).toBeUndefined();
  });
});
