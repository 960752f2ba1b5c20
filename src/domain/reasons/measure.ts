import type { Reason } from "./reason.ts";

export const measureReasons = {
} as const satisfies Record<string, Reason>;
