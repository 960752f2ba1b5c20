import { expect } from "vitest";
import type { Git } from "../../src/ports/git.ts";
import type { GitObjects } from "../../src/ports/git-objects.ts";
import { audit, type Audited } from "../../src/usecases/audit/audit.ts";
import type { AuditQuestion } from "../../src/usecases/audit/ground.ts";
import type { SideJudges } from "../../src/usecases/audit/side-by-side.ts";
import { judgeStretch } from "../../src/usecases/audit/stretch.ts";
import { recordedProgress } from "./parity-run.ts";

/** Judges of stretches without threads of their own: what they are given and what they answer is cloned as for one. */
export function sideJudges(git: Git & GitObjects, shortest: number): SideJudges {
  return {
    count: 2,
    shortest,
    open: ({ line, approvals }) => ({
      judge: async (stretch, onStep) =>
        structuredClone(
          await judgeStretch(git, structuredClone({ line, approvals }), structuredClone(stretch), { onStep }),
        ),
      close: () => undefined,
    }),
  };
}

/** An audit in order, after it was seen that in stretches of one, two and three commits it finds the same. */
export async function auditBothWays(git: Git & GitObjects, question: AuditQuestion): Promise<Audited> {
  const ports = { git, progress: recordedProgress() };
  const inOrder = await audit(ports, question);
  for (const shortest of [1, 2, 3]) {
    const aside = await audit({ ...ports, judges: sideJudges(git, shortest) }, question);
    expect(aside.report).toEqual(inOrder.report);
    expect(await aside.checkpoint(null)).toEqual(await inOrder.checkpoint(null));
  }
  return inOrder;
}
