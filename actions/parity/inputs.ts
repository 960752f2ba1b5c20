import { EVENTS } from "../../src/domain/lifecycle.ts";
import { flag, oneOf, modelRef, optional, text } from "../../src/host/input-kinds.ts";

export const inputs = {
  event: optional(oneOf(EVENTS)),
  environment: optional(text),
  model: modelRef,
  out: optional(text),
  upload: flag(true),
  "ort-dir": optional(text),
};
