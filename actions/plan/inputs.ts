import { optional, text } from "../../src/host/input-kinds.ts";

export const inputs = { base: optional(text), head: optional(text) };
