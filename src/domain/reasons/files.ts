import type { Reason } from "./reason.ts";

export const filesReasons = {
} as const satisfies Record<string, Reason>;
