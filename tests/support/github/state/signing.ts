import { WEB_FLOW, readCommit, verificationOf, writeCommit, type NewCommit } from "../git/commits.ts";
import type { BareRepository } from "../git/bare.ts";
import { noreplyAddress } from "./accounts.ts";
import type { Actor } from "./actor.ts";
import type { Repository } from "./repository.ts";
import type { World } from "./world.ts";

/** Keys whose signatures GitHub shows as verified: its own and those that people registered. */
export function trustedKeys(world: World, repo: Repository): ReadonlySet<string> {
  return new Set([world.signer.publicKey, ...repo.signingKeys]);
}

export async function isVerified(
  world: World,
  repo: Repository,
  { sha, bare = repo.bare }: { readonly sha: string; readonly bare?: BareRepository },
): Promise<boolean> {
  return verificationOf(await readCommit(bare, sha), trustedKeys(world, repo)).verified;
}

/** Whether GitHub signs what this actor commits by API: bots, when they leave author and committer to GitHub. */
export function signsFor(world: World, { kind }: Actor): boolean {
  return kind !== "user" || world.options.signCommitsOfUsers === true;
}

type Content = Pick<NewCommit, "tree" | "parents" | "message">;

/** A commit that GitHub makes for an actor: author is the actor, committer is GitHub. */
export async function commitFor(
  world: World,
  repo: Repository,
  { actor, signed, ...content }: Content & { readonly actor: Actor; readonly signed: boolean },
): Promise<string> {
  const seconds = world.seconds();
  const author = { name: actor.account.login, email: noreplyAddress(actor.account), seconds };
  const commit: NewCommit = { ...content, author, committer: { ...WEB_FLOW, seconds } };
  return await writeCommit(repo.bare, commit, signed ? world.signer : undefined);
}
