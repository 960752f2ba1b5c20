import type { Reason } from "./reason.ts";

export const documentsReasons = {
} as const satisfies Record<string, Reason>;
