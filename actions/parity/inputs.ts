import { modelRef, optional, text } from "../../src/host/input-kinds.ts";

export const inputs = { model: modelRef, out: optional(text), "ort-dir": optional(text) };
