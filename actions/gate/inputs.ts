import { EVENTS } from "../../src/domain/lifecycle.ts";
import { modelRef, oneOf, optional, seed, text } from "../../src/host/input-kinds.ts";

export const inputs = {
  model: modelRef,
  event: oneOf(EVENTS),
  environment: optional(text),
  phase: optional(text),
  evidence: optional(text),
  out: optional(text),
  seed,
  "ort-dir": optional(text),
};
