import type { CommitVerdict } from "../../domain/audit.ts";
import { GateError, problem } from "../../errors.ts";
import { ahead, Failure } from "./ahead.ts";
import { judgeCommit } from "./judge.ts";
import { type LinePlace, readLanded } from "./landed.ts";
import { followUnjudged } from "./ledger-line.ts";
import type { Walk } from "./walk.ts";

/** Commits that are read while earlier ones are judged. */
const READ_AHEAD = 16;

/** The verdicts on the commits of a walk's line from a position on, up to the one before `end`, in their order. */
export async function* judgeLine(
  walk: Walk,
  { first, end }: { readonly first: number; readonly end: number },
  signal?: AbortSignal,
): AsyncGenerator<CommitVerdict> {
  const places = walk.line.slice(first, end).map((commit, at): LinePlace => {
    const position = first + at;
    return { position, commit, before: walk.line[position - 1] ?? null };
  });
  const { store } = walk.snapshots;
  for await (const { item, loaded } of ahead(places, READ_AHEAD, (place) => readLanded(store, place))) {
    signal?.throwIfAborted();
    if (loaded instanceof Failure) yield await unjudged(walk, item, loaded.error);
    else yield await judgeCommit(walk, loaded).catch((error: unknown) => unjudged(walk, item, error));
  }
}

/** An internal error is a failure of the commit that it came up at, never the end of the audit. */
async function unjudged(walk: Walk, { position, commit }: LinePlace, error: unknown): Promise<CommitVerdict> {
  await followUnjudged(walk, position);
  const crash = error instanceof Error ? error.message : String(error);
  const found =
    error instanceof GateError ? error.problems : [problem("AUDIT_CRASHED", `The audit failed: ${crash}`)];
  const none = { signer: null, transition: null, exception: null };
  return { position, commit, kind: "other", outcome: "FAIL", reasons: found, ...none };
}
