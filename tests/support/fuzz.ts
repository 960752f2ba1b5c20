import * as fc from "fast-check";
import { GateError } from "../../src/errors.ts";

/** Each property stops after this time, however many cases it has tried. */
export const BOUNDED = { interruptAfterTimeLimit: 2000, numRuns: 1500 } as const;

/** What a call says: its value, or the code of its refusal. Whatever else it throws fails the test. */
export function outcome<T>(call: () => T): { readonly value: T } | { readonly code: string } {
  try {
    return { value: call() };
  } catch (error) {
    if (error instanceof GateError) return { code: error.code };
    throw error;
  }
}

export const isRefused = (call: () => unknown): boolean => "code" in outcome(call);

/** Text of any bytes. */
export function latin1(maxLength: number): fc.Arbitrary<string> {
  return fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString("latin1"));
}

/** One change of some bytes. */
export interface Edit {
  readonly kind: "set" | "insert" | "delete" | "repeat";
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly count: number;
}

export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("set", "insert", "delete", "repeat"),
    at: fc.nat(),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    count: fc.integer({ min: 1, max: 40 }),
  }),
  { minLength: 1, maxLength: 4 },
);

export function edited(bytes: Uint8Array, by: readonly Edit[]): Buffer {
  let out = Buffer.from(bytes);
  for (const edit of by) out = Buffer.concat(pieces(out, edit));
  return out;
}

function pieces(bytes: Buffer, { kind, at, bytes: put, count }: Edit): readonly Uint8Array[] {
  const start = bytes.length === 0 ? 0 : at % bytes.length;
  const [before, after] = [bytes.subarray(0, start), bytes.subarray(start)];
  switch (kind) {
    case "set":
      return [before, put, after.subarray(put.length)];
    case "insert":
      return [before, put, after];
    case "delete":
      return [before, after.subarray(count)];
    case "repeat":
      return [before, after.subarray(0, count), after];
  }
}
