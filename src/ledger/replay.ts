import type { Ledger } from "../domain/ledger.ts";
import type { EnvironmentPhases } from "../domain/lifecycle.ts";
import { GateError, problem, tried } from "../errors.ts";
import { parseLedger } from "./ledger-text.ts";
import { verifyNext } from "./verify.ts";

/** One commit of the base line that changed deployed.json. */
export interface Revision {
  readonly commit: string;
  /** When it reached the base line, as the commit claims. */
  readonly at: Date;
  readonly bytes: Uint8Array;
  /** Environments that were in force: those of the commit before. */
  readonly environments: readonly EnvironmentPhases[];
}

/** A revision that was proven to follow from all before it. `since` never runs backwards. */
export interface ProvenRevision {
  readonly commit: string;
  readonly since: Date;
  readonly ledger: Ledger;
}

/**
 * Replays a history, oldest first, and proves that there is no gap: it starts at revision 0, each revision is one more
 * than the last, names its digest, and equals `apply(last, transition)`.
 * Throws LEDGER_CHAIN_BROKEN with the first commit that does not follow, and behind it the reasons why.
 */
export function replay(revisions: readonly Revision[]): ProvenRevision[] {
  const proven: ProvenRevision[] = [];
  let last: { ledger: Ledger; bytes: Uint8Array } | undefined;
  for (const { commit, at, bytes, environments } of revisions) {
    const before = last;
    const ledger = atCommit(commit, () =>
      before ? verifyNext(before, bytes, environments).head : genesis(bytes),
    );
    const since = proven.at(-1)?.since ?? at;
    proven.push({ commit, since: at > since ? at : since, ledger });
    last = { ledger, bytes };
  }
  return proven;
}

function genesis(bytes: Uint8Array): Ledger {
  const ledger = parseLedger(bytes);
  if (ledger.revision === 0) return ledger;
  throw new GateError([
    problem("LEDGER_INVALID", `The history starts at revision ${ledger.revision} instead of 0.`),
  ]);
}

function atCommit<T>(commit: string, prove: () => T): T {
  const proven = tried(prove);
  if (!(proven instanceof GateError)) return proven;
  const message = `Commit ${commit} does not follow: ${proven.problems[0].message}`;
  throw new GateError([problem("LEDGER_CHAIN_BROKEN", message), ...proven.problems], { cause: proven });
}
