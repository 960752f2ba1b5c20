import { tmpdir } from "node:os";

/** A source file of the engine with its line: `/onnxruntime_src/onnxruntime/core/graph/graph.cc:1234 `. */
const SOURCE = /(?:[A-Za-z]:)?[^\s'"(]*[/\\][^\s'"(]*\.(?:cc|cpp|cu|h|hpp)(?::\d+|\(\d+\))\s*/g;

/**
 * Foreign text on one line, without control characters; and without places of the machine that it was built or runs on, which
 * say nothing about the model: source files of the engine, temporary folders.
 */
export function printable(text: string): string {
  return text
    .slice(0, 8000)
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .replaceAll(SOURCE, "")
    .replaceAll(TEMPORARY, "")
    .slice(0, 1000);
}

/** `/tmp/modelgate-engine-1a2b3c/`. */
const TEMPORARY = new RegExp(
  `${tmpdir().replaceAll(/[^\w/]/g, "\\$&")}[/\\\\](?:modelgate-[^\\s/\\\\'"]*[/\\\\])?`,
  "g",
);
