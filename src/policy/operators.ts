import type { Operator } from "./policy.ts";

/** Whether `value OPERATOR threshold` is true; false when either is NaN. */
export function holds(operator: Operator, value: number, threshold: number): boolean {
  switch (operator) {
    case "<=":
      return value <= threshold;
    case "<":
      return value < threshold;
    case ">=":
      return value >= threshold;
    case ">":
      return value > threshold;
    case "==":
      return value === threshold;
  }
}
