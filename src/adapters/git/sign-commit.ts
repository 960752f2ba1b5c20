import type { Setting } from "./environment.ts";
import { type GitPlace, gitText, runGit } from "./run.ts";

/** Makes the armored signature over the bytes of a commit that has none, for the header where git keeps it. */
export type SignBytes = (payload: Uint8Array) => Promise<string>;

/** The same commit with a signature; git's own configuration has no say. What `sign` throws. */
export async function signCommit(
  place: GitPlace,
  unsigned: string,
  { sign, settings }: { sign: SignBytes; settings: readonly Setting[] },
): Promise<string> {
  const { stdout: payload } = await runGit(place, ["cat-file", "commit", unsigned]);
  const name = unsigned.length === 64 ? "gpgsig-sha256" : "gpgsig";
  // Continuation lines of a header begin with a space.
  const header = `${name} ${(await sign(payload)).trimEnd().replaceAll("\n", "\n ")}\n`;
  const end = payload.indexOf("\n\n") + 1;
  const input = Buffer.concat([payload.subarray(0, end), Buffer.from(header), payload.subarray(end)]);
  return gitText(place, ["hash-object", "-t", "commit", "-w", "--stdin"], { input, settings });
}
