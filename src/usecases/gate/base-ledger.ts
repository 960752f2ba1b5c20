import type { Broken } from "../../domain/broken.ts";
import { digestOf } from "../../domain/digest.ts";
import { type Ledger, LEDGER_FILE } from "../../domain/ledger.ts";
import { isWayOut, type EnvironmentPhases, type LifecycleEvent } from "../../domain/lifecycle.ts";
import { ENVIRONMENTS_FILE } from "../../domain/policy-files.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseYaml } from "../../domain/document/yaml.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { GateError, gateError, problem, tried, triedOr } from "../../errors.ts";
import { followLine, type LedgerLine, NO_LEDGER } from "../../ledger/lawful.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import type { KnownRevision } from "../../ledger/verify.ts";
import type { Git } from "../../ports/git.ts";
import { ENVIRONMENTS_V1 } from "../../generated/environments-v1.js";
import { brokenBy, contentOr, triedContent } from "./broken.ts";

/** A ledger that a transition builds on, by its exact bytes. */
export interface BaseLedger extends KnownRevision {
  /** What is wrong with deployed.json of the commit, where it is not this one. */
  readonly broken: readonly Broken[];
}

export type LedgerFiles = Pick<Git, "show" | "history" | "facts" | "isShallow">;

/** The ledger of a commit and its exact bytes. LEDGER_MISSING, LEDGER_*, DOCUMENT_*. */
export async function readLedger(
  git: Pick<Git, "show">,
  commit: string,
): Promise<{ ledger: Ledger; bytes: Uint8Array }> {
  const bytes = await git.show(commit, LEDGER_FILE);
  if (bytes) return { ledger: parseLedger(bytes), bytes };
  const where = { file: LEDGER_FILE };
  throw gateError("LEDGER_MISSING", `There is no ${LEDGER_FILE} in commit ${shortCommit(commit)}.`, {
    where,
  });
}

/**
 * The ledger that an event builds on. That of the commit; for the way out the last lawful one of the first-parent line,
 * whatever became of the file since. LEDGER_MISSING, LEDGER_*, DOCUMENT_*, GIT_*.
 */
export async function readBaseLedger(
  git: LedgerFiles,
  commit: string,
  event: LifecycleEvent,
): Promise<BaseLedger> {
  // A cut history shows no earlier revision: there the file is taken as it is.
  const follows = isWayOut(event) && !(await git.isShallow());
  const lawful = follows ? await lawfulLedger(git, commit) : null;
  if (lawful) {
    const broken = await brokenRevision(() => git.show(commit, LEDGER_FILE), lawful);
    return { ...lawful, broken };
  }
  const { ledger, bytes } = await readLedger(git, commit);
  return { ledger, bytes, digest: digestOf(bytes), broken: [] };
}

/** A lawful revision, and the newest commit that brought it, or put it back. */
export interface LawfulLedger extends KnownRevision {
  readonly commit: string;
}

const known = new WeakMap<object, Map<string, Promise<LawfulLedger | null>>>();

/**
 * The last revision of deployed.json on the first-parent line of a commit that a lawful transition made, each step derived
 * from the one before; null when there is none. Evidence and signatures are for the audit. GIT_*.
 */
export function lawfulLedger(git: LedgerFiles, commit: string): Promise<LawfulLedger | null> {
  const answers = known.get(git) ?? new Map<string, Promise<LawfulLedger | null>>();
  known.set(git, answers);
  const answer = answers.get(commit) ?? followHistory(git, commit);
  answers.set(commit, answer);
  return answer;
}

async function followHistory(git: LedgerFiles, commit: string): Promise<LawfulLedger | null> {
  const environments = environmentReader(git);
  let line: LedgerLine = NO_LEDGER;
  let by = commit;
  for (const at of (await git.history(commit, LEDGER_FILE)).toReversed()) {
    const bytes = await contentOr(undefined, () => git.show(at, LEDGER_FILE));
    const before = (await git.facts(at)).parents[0];
    const next = followLine(line, bytes ?? null, await environments(before));
    if (next.lawful && next.current === next.lawful.digest) by = at;
    line = next;
  }
  return line.lawful && { ...line.lawful, commit: by };
}

/** What is wrong with deployed.json of a commit, compared with the last lawful revision of its line. GIT_*. */
export async function brokenRevision(
  show: () => Promise<Uint8Array | undefined>,
  lawful: Pick<LawfulLedger, "ledger" | "digest" | "commit">,
): Promise<readonly Broken[]> {
  const read = await triedContent(show);
  if (!(read instanceof GateError) && read && digestOf(read) === lawful.digest) return [];
  const why = read instanceof GateError ? read : whyNotLawful(read, lawful);
  return brokenBy(why, { file: LEDGER_FILE, instead: lawful.commit });
}

function whyNotLawful(bytes: Uint8Array | undefined, { ledger }: Pick<LawfulLedger, "ledger">): GateError {
  if (!bytes) return gateError("LEDGER_MISSING", `${LEDGER_FILE} is gone.`);
  const read = tried(() => parseLedger(bytes));
  if (read instanceof GateError) return read;
  const text = `It is revision ${read.revision}, and no lawful transition made it; the last lawful one is revision ${ledger.revision}.`;
  return new GateError([problem("LEDGER_CHAIN_BROKEN", text)]);
}

/** The environments of a commit and their canary phases; empty when none are defined. DOCUMENT_*. */
export async function readEnvironments(
  git: Pick<Git, "show">,
  commit: string,
): Promise<readonly EnvironmentPhases[]> {
  const bytes = await git.show(commit, ENVIRONMENTS_FILE);
  return bytes ? parseEnvironments(bytes) : [];
}

/** The same for an event: the way out asks the ledger where a version is, so that a file that cannot be read stops nothing. */
export async function environmentsFor(
  git: Pick<Git, "show">,
  commit: string,
  event: LifecycleEvent,
): Promise<readonly EnvironmentPhases[]> {
  const read = (): Promise<readonly EnvironmentPhases[]> => readEnvironments(git, commit);
  return isWayOut(event) ? contentOr([], read) : read();
}

/** Only names and phases: what else is wrong with policies never changes what was a legal transition. */
function parseEnvironments(bytes: Uint8Array): readonly EnvironmentPhases[] {
  const document = parseYaml(bytes, ENVIRONMENTS_FILE);
  const { environments } = checkSchema<{
    environments: readonly { readonly name: string; readonly canary_phases: readonly string[] }[];
  }>(document, ENVIRONMENTS_V1);
  return environments.map(({ name, canary_phases }) => ({ name, canaryPhases: canary_phases }));
}

/**
 * Environments of past commits; none where they cannot be read, so that nothing but a way out was lawful there. They change
 * rarely: each spelling of the file is parsed once.
 */
export function environmentReader(
  git: Pick<Git, "show">,
): (commit: string | undefined) => Promise<readonly EnvironmentPhases[]> {
  const parsed = new Map<string, readonly EnvironmentPhases[]>();
  return async (commit) => {
    const bytes =
      commit === undefined
        ? undefined
        : await contentOr(undefined, () => git.show(commit, ENVIRONMENTS_FILE));
    if (!bytes) return [];
    const digest = digestOf(bytes);
    const environments = parsed.get(digest) ?? triedOr([], () => parseEnvironments(bytes));
    parsed.set(digest, environments);
    return environments;
  };
}
