import { modelRef, optional, seed, text } from "../../src/host/input-kinds.ts";

export const inputs = {
  model: modelRef,
  live: optional(modelRef),
  seed,
  out: optional(text),
  "ort-dir": optional(text),
};
