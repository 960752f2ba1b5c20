import type { Reason } from "./reason.ts";

export const policyReasons = {
} as const satisfies Record<string, Reason>;
