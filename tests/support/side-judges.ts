import { expect } from "vitest";
import { formatCheckpoint } from "../../src/ledger/audit/checkpoint.ts";
import type { Git } from "../../src/ports/git.ts";
import type { GitObjects } from "../../src/ports/git-objects.ts";
import type { Signer } from "../../src/ports/signing.ts";
import { publicKeyFromKeyObject } from "../../src/trust/public-key.ts";
import { audit, type Audited } from "../../src/usecases/audit/audit.ts";
import type { AuditQuestion } from "../../src/usecases/audit/ground.ts";
import type { SideJudges } from "../../src/usecases/audit/side-by-side.ts";
import { judgeStretch } from "../../src/usecases/audit/stretch.ts";
import { recordedProgress } from "./parity-run.ts";
import { FIXED_KEY } from "./synthetic-history.ts";

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

/** What its checkpoint says, whoever may sign it; null where there is none. */
async function checkpointOf(audited: Audited): Promise<string | null> {
  let told: string | null = null;
  const reader: Signer = {
    key: publicKeyFromKeyObject(FIXED_KEY),
    sign: (payload) => {
      told = Buffer.from(payload).toString("utf8");
      return Promise.reject(new Error("It was read."));
    },
  };
  const made = await audited.checkpoint(reader).catch(() => null);
  return told ?? (made && formatCheckpoint(made));
}

/** An audit in order, after it was seen that in stretches of one, two and three commits it finds the same. */
export async function auditBothWays(git: Git & GitObjects, question: AuditQuestion): Promise<Audited> {
  const ports = { git, progress: recordedProgress() };
  const inOrder = await audit(ports, question);
  for (const shortest of [1, 2, 3]) {
    const aside = await audit({ ...ports, judges: sideJudges(git, shortest) }, question);
    expect(aside.report).toEqual(inOrder.report);
    expect(await checkpointOf(aside)).toEqual(await checkpointOf(inOrder));
  }
  return inOrder;
}
