import { EVENTS } from "../../src/domain/lifecycle.ts";
import { flag, modelRef, oneOf, optional, seed, text } from "../../src/host/input-kinds.ts";

export const inputs = {
  model: modelRef,
  event: oneOf(EVENTS),
  environment: optional(text),
  phase: optional(text),
  evidence: optional(text),
  out: optional(text),
  seed,
  upload: flag(true),
  "ort-dir": optional(text),
};
