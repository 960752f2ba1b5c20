import { flag, lines, optional, text } from "../../src/host/input-kinds.ts";

export const inputs = { paths: lines, base: optional(text), all: flag(false) };
