import type { Reason } from "./reason.ts";

export const manifestReasons = {
} as const satisfies Record<string, Reason>;
