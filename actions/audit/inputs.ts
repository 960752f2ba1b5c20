import { flag, optional, text } from "../../src/host/input-kinds.ts";

export const inputs = {
  from: optional(text),
  checkpoint: optional(text),
  upload: flag,
};
