import { expect, test } from "vitest";
import { columnsOf } from "../../../src/cli/console.ts";

test.each([
  [120, "90", 120],
  [undefined, "90", 90],
  [0, "90", 90],
  [undefined, "9", 60],
  [30, undefined, 60],
  [undefined, undefined, 80],
  [undefined, "wide", 80],
  [undefined, "0", 80],
  [undefined, "1e3", 80],
])("a terminal of %s columns and COLUMNS %s: %s", (columns, COLUMNS, expected) => {
  expect(columnsOf({ columns }, { COLUMNS })).toBe(expected);
});
