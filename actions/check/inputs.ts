import { flag, optional, roleHolders, someOf, text } from "../../src/host/input-kinds.ts";

export const inputs = {
  base: optional(text),
  head: optional(text),
  evidence: optional(text),
  needs: optional(text),
  "enforced-elsewhere": someOf(["approvals", "streak"]),
  token: optional(text),
  roles: roleHolders,
  comment: flag,
  "check-run": optional(text),
  "ort-dir": optional(text),
};
