import { EVENTS } from "../../src/domain/lifecycle.ts";
import {
  flag,
  modelMaybeVersion,
  oneOf,
  optional,
  roleHolders,
  seed,
  text,
} from "../../src/host/input-kinds.ts";

export const inputs = {
  model: modelMaybeVersion,
  event: oneOf(EVENTS.filter((event) => event !== "REGISTER")),
  environment: optional(text),
  phase: optional(text),
  reason: text,
  evidence: optional(text),
  "dry-run": flag(false),
  seed,
  token: optional(text),
  repository: optional(text),
  roles: roleHolders,
  upload: flag(true),
  "ort-dir": optional(text),
};
