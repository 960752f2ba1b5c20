import type { Reason } from "./reason.ts";

export const gitReasons = {
} as const satisfies Record<string, Reason>;
