/**
 * A child that speaks the engine's protocol and then misbehaves: the script named by the last path segment of its
 * argument (in place of the engine's binding).
 */
import { readSync, writeSync } from "node:fs";

const answer = (header, blobs = []) => {
  const text = Buffer.from(JSON.stringify({ ...header, blobs: blobs.map((blob) => blob.length) }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  for (const piece of [length, text, ...blobs])
    for (let at = 0; at < piece.length;) at += writeSync(3, piece, at);
};

const readRequest = () => readSync(0, Buffer.alloc(65536));

const output = { name: "y", dtype: "string", dims: [1], strings: ["yes"] };
const again = (rerun, number = 0, outputs = [output]) => {
  answer({ kind: "rerun", rerun });
  answer({ kind: "again", case: number, outputs });
};
const once = () => {
  answer({ kind: "ready" });
  readRequest();
  answer({ kind: "case", outputs: [output] });
};
const done = () => answer({ kind: "done", peakKiB: 1 });

const scripts = {
  environment() {
    answer({ kind: "ready" });
    readRequest();
    answer({
      kind: "case",
      outputs: [{ name: "env", dtype: "string", dims: [1], strings: [JSON.stringify(process.env)] }],
    });
    again("order");
    again("session");
    answer({ kind: "done", peakKiB: 1 });
  },
  crash() {
    answer({ kind: "ready" });
    readRequest();
    process.stderr.write("double free\u001b[31m or\ncorruption");
    process.kill(process.pid, "SIGSEGV");
  },
  "dies-early"() {
    process.stderr.write("no such library");
    process.exit(7);
  },
  "never-ready"() {
    for (;;);
  },
  flood() {
    answer({ kind: "ready" });
    readRequest();
    const header = Buffer.from(JSON.stringify({ kind: "case", outputs: [], blobs: [2 ** 40] }));
    writeSync(3, Buffer.from(Uint32Array.of(header.length).buffer));
    writeSync(3, header);
    for (;;) writeSync(3, Buffer.alloc(65536));
  },
  garbage() {
    answer({ kind: "ready" });
    writeSync(3, Buffer.from([2, 0, 0, 0, 0x7b, 0x7d]));
    for (;;);
  },
  "not-a-tensor"() {
    answer({ kind: "ready" });
    readRequest();
    answer({ kind: "case", outputs: [{ name: "y", dtype: "float32", dims: [1], blob: 5 }] });
    for (;;);
  },
  "wrong-size"() {
    answer({ kind: "ready" });
    readRequest();
    answer({ kind: "case", outputs: [{ name: "y", dtype: "float32", dims: [3], blob: 0 }] }, [
      Buffer.alloc(8),
    ]);
    for (;;);
  },
  "made-up-code"() {
    answer({ kind: "ready" });
    readRequest();
    answer({ kind: "failed", code: "GIT_RACE_LOST", message: "\u001b]0;title\u0007 hello" });
  },
  "too-few"() {
    answer({ kind: "ready" });
    readRequest();
    answer({ kind: "done", peakKiB: 1 });
  },
  "too-many"() {
    answer({ kind: "ready" });
    readRequest();
    for (;;) answer({ kind: "case", outputs: [] });
  },
  "run-once-only"() {
    once();
    done();
  },
  "run-again-once-only"() {
    once();
    again("order");
    done();
  },
  "run-again-without-a-case"() {
    once();
    again("order");
    answer({ kind: "rerun", rerun: "session" });
    done();
  },
  "run-again-in-another-way"() {
    once();
    again("session");
  },
  "run-again-too-early"() {
    answer({ kind: "ready" });
    readRequest();
    answer({ kind: "rerun", rerun: "order" });
  },
  "run-again-too-often"() {
    once();
    for (const way of ["order", "session", "order"]) again(way);
  },
  "another-case-again"() {
    once();
    again("order", 1);
  },
  "one-case-twice-again"() {
    once();
    again("order");
    answer({ kind: "again", case: 0, outputs: [output] });
  },
  "no-tensor-again"() {
    once();
    again("order", 0, [{ name: "y", dtype: "float32", dims: [1], blob: 5 }]);
  },
  "endless-again"() {
    once();
    answer({ kind: "rerun", rerun: "order" });
    for (;;);
  },
  "slow-three-times"() {
    const wait = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    wait();
    once();
    for (const way of ["order", "session"]) {
      wait();
      again(way);
    }
    wait();
    done();
  },
  "forgotten-peak"() {
    answer({ kind: "ready" });
    readRequest();
    answer({ kind: "case", outputs: [] });
    answer({ kind: "done", peakKiB: 2 ** 30 });
  },
};

scripts[process.argv[2]]();
