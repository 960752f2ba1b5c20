import type { JudgedStretch } from "../../usecases/audit/stretch.ts";
import type { AuditedLine } from "../../usecases/audit/walk.ts";

/** What a thread is started with. */
export interface ThreadGround extends AuditedLine {
  /** The repository's root. */
  readonly root: string;
}

/** What a thread answers to a `Stretch`: a step for each verdict, then what came of it. */
export type ThreadAnswer =
  | { readonly kind: "step" }
  | { readonly kind: "judged"; readonly judged: JudgedStretch }
  | { readonly kind: "failed"; readonly message: string };
