import { flag, optional, roleHolders, someOf, text } from "../../src/host/input-kinds.ts";

export const inputs = {
  base: optional(text),
  head: optional(text),
  evidence: optional(text),
  needs: optional(text),
  "fan-in": flag(false),
  "enforced-elsewhere": someOf(["approvals", "streak"]),
  token: optional(text),
  roles: roleHolders,
  comment: flag(false),
  "check-run": optional(text),
  upload: flag(true),
  "ort-dir": optional(text),
};
