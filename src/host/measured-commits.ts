import { GateError } from "../errors.ts";
import type { Git } from "../ports.ts";
import type { ActionHost } from "./action-host.ts";
import { rangeOf } from "./event.ts";

/**
 * The commit that a measurement is for, and the one whose policies hold for it: head and base of the event, as the required
 * check tells them; what is checked out, twice, when the event names none.
 */
export async function measuredCommits(
  host: Pick<ActionHost, "env" | "event">,
  git: Git,
): Promise<{ readonly commit: string; readonly base: string }> {
  const { GITHUB_EVENT_NAME: name = "", GITHUB_SHA: sha = "" } = host.env;
  try {
    const { base, head } = await rangeOf({ name, sha, payload: await host.event() }, git);
    return { commit: head, base };
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    const { commit } = await git.head();
    return { commit, base: commit };
  }
}
