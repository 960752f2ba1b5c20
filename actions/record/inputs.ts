import { optional, text } from "../../src/host/input-kinds.ts";

export const inputs = {
  token: text,
  repository: optional(text),
  before: optional(text),
  branch: optional(text),
  key: optional(text),
};
