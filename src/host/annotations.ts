export type { Annotation } from "../report/annotations.ts";
