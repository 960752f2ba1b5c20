import { expect, test } from "vitest";
import type { Attempts } from "../../../src/domain/attempts.ts";
import { attemptBlocks } from "../../../src/report/attempts.ts";
import { writeSections } from "../../../src/report/markdown.ts";
import { terminalBlocks } from "../../../src/report/terminal.ts";

const NONE: Attempts = { number: 1, earlier: [], loosened: [], gone: [], unread: 0, problems: [] };
const REFUSED = {
  version: "1.1.0",
  outcome: "FAIL",
  objectives: ["onnx-parity"],
  decided_at: "2026-11-03T10:00:00Z",
  commit: "c".repeat(40),
} as const;
const LOOSENED = {
  policy: "production",
  what: "onnx-parity hard",
  from: "<= 1e-5",
  to: "<= 1e-3",
  commit: "4be1d2c09f11aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
} as const;

const read = (attempts: Attempts): string =>
  terminalBlocks([{ name: "attempts", rank: 1, blocks: attemptBlocks(attempts) }], 120);

test("says which try it is, what refused the others, and each limit that was loosened in between", () => {
  const later = { ...REFUSED, outcome: "INCONCLUSIVE", decided_at: "2026-11-09T10:00:00Z" } as const;
  expect(read({ ...NONE, number: 3, earlier: [later, REFUSED], loosened: [LOOSENED] })).toBe(
    `Third try: 1 limit was loosened since it was refused (first on 2026-11-03).

- 1.1.0: INCONCLUSIVE at 2026-11-09 10:00Z (onnx-parity)
- 1.1.0: FAIL at 2026-11-03 10:00Z (onnx-parity)

Loosened in between:

- production, onnx-parity hard: <= 1e-5 -> <= 1e-3, in commit 4be1d2c09f11
`,
  );
});

test("says that nothing was loosened, what is not asked for any more, and nothing of a first try", () => {
  expect(read({ ...NONE, number: 2, earlier: [REFUSED] })).toMatch(
    /^Second try: no limit was loosened since it was refused/,
  );
  const removed = { ...LOOSENED, to: null, commit: null };
  expect(read({ ...NONE, number: 12, earlier: [REFUSED], loosened: [removed, LOOSENED] })).toMatch(
    /^12th try: 2 limits were loosened[^]*onnx-parity hard: <= 1e-5 -> not asked for\n/,
  );
  expect(attemptBlocks(NONE)).toEqual([]);
  expect(attemptBlocks(undefined)).toEqual([]);
});

test("never says that nothing was refused when it cannot tell", () => {
  expect(read({ ...NONE, number: 65, unread: 64 })).toMatch(
    /^65th try: [^]*64 older records of refusals were not read\./,
  );
  expect(read({ ...NONE, problems: ["The ref could not be read (GIT_TOO_LARGE)"] })).toMatch(
    /cannot be told in full: The ref could not be read \(GIT_TOO_LARGE\)/,
  );
  expect(read({ ...NONE, gone: [{ version: "1.0.0", objectives: ["onnx-parity"] }] })).toMatch(
    /^Its history remembers 1 refusal of which there is no record here \(1\.0\.0, onnx-parity\)\./,
  );
});

test("what records say is text and nothing else", () => {
  const hostile = { ...REFUSED, objectives: ["<img src=x> | [a](javascript:b)\u001b[2J"] };
  const markdown = writeSections([
    { name: "attempts", rank: 1, blocks: attemptBlocks({ ...NONE, number: 2, earlier: [hostile] }) },
  ]);
  expect(markdown).not.toMatch(/(?<!\\)<img|(?<!\\)\]\(/);
  expect(markdown).not.toContain("\u001b");
});
