import { flag, optional, text } from "../../src/host/input-kinds.ts";

export const inputs = {
  token: optional(text),
  from: optional(text),
  checkpoint: optional(text),
  upload: flag(true),
};
