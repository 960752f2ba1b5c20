import { GateError, type Problem } from "../../src/errors.ts";

/** The problems that a call refuses with; an empty list when it does not throw. Other errors pass through. */
export async function problemsOf(call: () => unknown): Promise<readonly Problem[]> {
  try {
    await call();
    return [];
  } catch (error) {
    if (error instanceof GateError) return error.problems;
    throw error;
  }
}

/** `line:column CODE` of each problem, in order. */
export function placed(problems: readonly Problem[]): string[] {
  return problems.map(({ where, code }) => `${where?.line ?? "-"}:${where?.column ?? "-"} ${code}`);
}

export function codes(problems: readonly Problem[]): string[] {
  return problems.map((one) => one.code);
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
