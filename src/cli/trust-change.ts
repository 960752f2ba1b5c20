import { readFile } from "node:fs/promises";
import { gateError } from "../errors.ts";
import { openPorts } from "../host/wiring.ts";
import { TRUST_FILE } from "../domain/policy-files.ts";
import { dependentLines } from "../report/dependents.ts";
import { plainText } from "../report/escape.ts";
import type { NewKey, TrustEdit } from "../trust/file/edits.ts";
import { newKeyFrom } from "../trust/new-key.ts";
import { changeTrust, type TrustChange } from "../usecases/trust-change/change-trust.ts";
import type { OpenPullRequests } from "../usecases/trust-change/dependents.ts";
import type { CommandContext } from "./context.ts";

/** What every verb takes that edits trust.yaml. */
export interface Rewriting {
  readonly rewrite?: boolean;
}

interface Changing extends Rewriting {
  readonly openPullRequests?: OpenPullRequests | undefined;
  /** It takes something out of trust, so that what depends on it is of interest. */
  readonly revokes?: boolean;
}

/** Edits trust.yaml of the work tree, prints what that means, and returns the exit code. */
export async function change(context: CommandContext, options: Changing, edit: TrustEdit): Promise<number> {
  const { git, files } = await openPorts(context.surroundings);
  const { openPullRequests, rewrite = false } = options;
  const done = await changeTrust({ git, files, openPullRequests }, edit, { rewrite });
  context.console.data({ result: done.written.length > 0 ? "changed" : "unchanged", ...done });
  context.console.text(told(done, options).join("\n"));
  return 0;
}

function told(
  { version, changes, written, dependents }: TrustChange,
  { revokes = false, openPullRequests }: Changing,
): readonly string[] {
  return [
    ...changes.map(plainText),
    ...(changes.length > 0 ? [] : [`${TRUST_FILE} has this already.`]),
    `${written.length > 0 ? `Wrote ${written.join(" and ")}` : "Nothing to write"}; trust.yaml is at version ${version}.`,
    ...dependentLines(dependents),
    ...(revokes && dependents.length === 0 ? ["No registered version depends on it."] : []),
    ...(dependents.length > 0 && !openPullRequests
      ? ["Open pull requests were not looked at; with --repository OWNER/NAME they are."]
      : []),
    "It counts from the commit after the one that merges it: commit it alone, and let its owners review it.",
  ];
}

/** A public key that the user named. */
export async function newKey(path: string): Promise<NewKey> {
  return newKeyFrom(Buffer.from(await keyFile(path)).toString("utf8"));
}

const KEY_FILE_LIMIT = 64 * 1024;

/** A file of keys that the user named: it may lie anywhere. */
export async function keyFile(path: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= KEY_FILE_LIMIT) return bytes;
  } catch (cause) {
    throw gateError("FILE_MISSING", `There is no key file ${path}.`, { where: { file: path }, cause });
  }
  throw gateError("TRUST_KEY_MALFORMED", `${path} is longer than ${KEY_FILE_LIMIT} bytes.`, {
    where: { file: path },
  });
}
