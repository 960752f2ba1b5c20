import type { Git } from "../ports/git.ts";
import type { ActionHost } from "./action-host.ts";
import { eventOf, namedBy } from "./event.ts";

/**
 * The commit that a measurement is for, and the one whose policies hold for it: head and base as the event names them, the
 * same in every job of a run; what is checked out, twice, when it names none.
 */
export async function measuredCommits(
  host: Pick<ActionHost, "env" | "event">,
  git: Pick<Git, "head">,
): Promise<{ readonly commit: string; readonly base: string }> {
  const named = namedBy(await eventOf(host));
  if (named) return { commit: named.head, base: named.base };
  const { commit } = await git.head();
  return { commit, base: commit };
}
