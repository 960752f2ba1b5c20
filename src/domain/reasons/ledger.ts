import type { Reason } from "./reason.ts";

export const ledgerReasons = {
} as const satisfies Record<string, Reason>;
