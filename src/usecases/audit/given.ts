import { digestOf } from "../../domain/digest.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import { gateError } from "../../errors.ts";
import { EXCEPTIONS_FILE, TRUST_FILE } from "../../domain/policy-files.ts";
import { parseExceptions } from "../../ledger/audit/exceptions.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import { parsePolicies } from "../../policy/parse-policies.ts";
import { letsSomebodySign, parseTrust } from "../../trust/registry.ts";
import { policySources } from "../gate/base.ts";
import { lineCommit } from "./pack-basis.ts";
import { type Walk, walkAnew } from "./walk.ts";

/**
 * Takes a commit of the line as the ground of the audit: its ledger, keys, policies and exceptions are in force, and
 * nothing is said about how they came to be. GIT_*, LEDGER_*, TRUST_*, POLICY_*, DOCUMENT_*.
 */
export async function takeAsGiven(walk: Walk, position: number): Promise<void> {
  const commit = walk.line[position] ?? "";
  const { store } = walk.snapshots;
  const root = (await store.lineage(commit))?.tree;
  if (root === undefined) throw gateError("AUDIT_LINE_BROKEN", `Commit ${commit} cannot be read.`);
  const [ledger, trust, exceptions] = await Promise.all(
    [LEDGER_FILE, TRUST_FILE, EXCEPTIONS_FILE].map((path) => store.file(root, path)),
  );
  if (ledger)
    walk.lawful = { ledger: parseLedger(ledger), bytes: ledger, digest: digestOf(ledger), position };
  walk.standing = walk.lawful?.digest ?? null;
  const registry = trust && parseTrust(trust, TRUST_FILE);
  if (registry && letsSomebodySign(registry)) {
    walk.trust = registry;
    walk.trustRoot = commit;
  }
  walk.exceptions = exceptions ? parseExceptions(exceptions).map((one) => ({ ...one, proven: true })) : [];
  await takeVersions(walk, root);
  walk.walked.set(position, await lineCommit(walk, position));
}

/** Whether whoever takes this commit as given has in force what the walk has, which came to it step by step. */
export async function showsWhatIsInForce(walk: Walk, position: number): Promise<boolean> {
  const shown = walkAnew(walk);
  try {
    await takeAsGiven(shown, position);
  } catch {
    return false;
  }
  return inForce(walk) === inForce(shown);
}

function inForce({ standing, lawful, trust, exceptions }: Walk): string {
  return JSON.stringify([standing, lawful?.digest ?? null, trust?.digest ?? null, exceptions]);
}

async function takeVersions(walk: Walk, root: string): Promise<void> {
  const sources = await policySources(walk.snapshots.files(root), root);
  if (sources.length === 0) return;
  for (const { name, path, version } of parsePolicies(sources).policies)
    for (const key of [name, path]) walk.versions.set(key, Math.max(walk.versions.get(key) ?? 0, version));
}
