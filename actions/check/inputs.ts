import { optional, someOf, text } from "../../src/host/input-kinds.ts";

export const inputs = {
  base: optional(text),
  head: optional(text),
  evidence: optional(text),
  needs: optional(text),
  "enforced-elsewhere": someOf(["approvals", "streak"]),
  "ort-dir": optional(text),
};
