import { flag, modelRef, optional, seed, text } from "../../src/host/input-kinds.ts";

export const inputs = {
  model: modelRef,
  live: optional(modelRef),
  seed,
  out: optional(text),
  upload: flag(true),
  "ort-dir": optional(text),
};
