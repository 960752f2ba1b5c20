import type { Reason } from "./reason.ts";

export const engineReasons = {
} as const satisfies Record<string, Reason>;
