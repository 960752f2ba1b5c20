import { flag, modelRef, optional, text } from "../../src/host/input-kinds.ts";

export const inputs = { model: modelRef, out: optional(text), upload: flag(true), "ort-dir": optional(text) };
