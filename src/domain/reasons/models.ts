import type { Reason } from "./reason.ts";

export const modelsReasons = {
} as const satisfies Record<string, Reason>;
