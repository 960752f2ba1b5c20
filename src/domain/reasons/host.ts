import type { Reason } from "./reason.ts";

export const hostReasons = {
} as const satisfies Record<string, Reason>;
