import { proposedMove } from "../transition/behind-approvals.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import { LEDGER_FILE, type Transition } from "../../domain/ledger.ts";
import type { Manifest } from "../../domain/manifest.ts";
import { type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { triedOr } from "../../errors.ts";
import type { PullRequest } from "../../ports/forge.ts";
import { type Exposure, exposuresOf, targetIn } from "../../ledger/exposure.ts";
import { GENESIS, parseLedger } from "../../ledger/ledger-text.ts";
import type { Git } from "../../ports/git.ts";
import { type Lineage, revokedIn } from "../../trust/dependencies.ts";
import { newlyRevoked, revokesMore, type TrustStep } from "../../trust/new-revocations.ts";
import { blockOf } from "../forge/standing.ts";
import { MANIFEST_LIMIT } from "../registry/load-version.ts";
import { registeredVersions } from "../registry/registered-versions.ts";
import { PROPOSALS } from "../transition/branches.ts";
import { MANIFEST_V1 } from "../../generated/manifest-v1.js";

/** A version that depends on something newly revoked, and everywhere that it matters. */
export interface Dependent {
  readonly model: string;
  readonly version: string;
  /** One sentence for each revoked thing that it depends on. */
  readonly because: readonly string[];
  readonly live: readonly Exposure[];
  /** Environments in which it is a rollback target; it is refused there from now on. */
  readonly rollback_target_in: readonly string[];
  /** Local branches that propose it. */
  readonly branches: readonly string[];
  /** Open pull requests that propose it; null where no forge was asked, or it did not answer. */
  readonly pull_requests: readonly { readonly number: number; readonly url: string }[] | null;
}

/** Lists the open pull requests of a forge; null when it does not answer. */
export type OpenPullRequests = () => Promise<readonly PullRequest[] | null>;

/**
 * Every registered version of a commit that depends on something newly revoked, sorted by model and version. Reads every
 * manifest of the registry, but only when something is newly revoked. GIT_*, LEDGER_*, DOCUMENT_*, FORGE_*.
 */
export async function dependentsOf(
  ports: { readonly git: Git; readonly openPullRequests?: OpenPullRequests | undefined },
  of: TrustStep & { readonly commit: string },
): Promise<readonly Dependent[]> {
  if (!revokesMore(of)) return [];
  const bytes = await ports.git.show(of.commit, LEDGER_FILE);
  const ledger = bytes ? parseLedger(bytes) : GENESIS;
  const lineages = await lineagesAt(ports.git, of.commit);
  const touched = lineages.filter(({ lineage }) => newlyRevoked(of, lineage).length > 0);
  if (touched.length === 0) return [];
  const proposals = await openProposals(ports.git, of.commit);
  const pullRequests = (await ports.openPullRequests?.()) ?? null;
  const isGood = (ref: ModelRef): boolean =>
    lineages.some((one) => isSame(one, ref) && revokedIn(of.after, one.lineage).length === 0);
  return touched.map(({ id, version, lineage }) => ({
    model: id,
    version,
    because: newlyRevoked(of, lineage),
    live: exposuresOf(ledger, { id, version }, isGood),
    rollback_target_in: targetIn(ledger, { id, version }),
    branches: proposals
      .filter(({ transition }) => proposes(transition, { id, version }))
      .map(({ branch }) => branch),
    pull_requests:
      pullRequests
        ?.filter((one) => proposes(blockOf(one), { id, version }))
        .map(({ number, url }) => ({ number, url })) ?? null,
  }));
}

interface KnownVersion extends ModelRef {
  readonly lineage: Lineage;
}

function isSame(a: ModelRef, b: ModelRef): boolean {
  return a.id === b.id && a.version === b.version;
}

function proposes(asked: { model: string; version: string } | null, ref: ModelRef): boolean {
  return asked?.model === ref.id && asked.version === ref.version;
}

async function lineagesAt(git: Git, commit: string): Promise<readonly KnownVersion[]> {
  const found: KnownVersion[] = [];
  for (const [id, versions] of await registeredVersions(git, commit)) {
    for (const version of versions) {
      const file = `${versionFolder({ id, version })}/manifest.json`;
      const bytes = await git.show(commit, file);
      if (!bytes) continue;
      found.push({
        id,
        version,
        lineage: checkSchema<Manifest>(parseJson(bytes, file, MANIFEST_LIMIT), MANIFEST_V1),
      });
    }
  }
  return found.toSorted((a, b) => (`${a.id} ${a.version}` < `${b.id} ${b.version}` ? -1 : 1));
}

/** What open proposal branches ask for; a branch that cannot be read proposes nothing that could be merged. */
async function openProposals(
  git: Git,
  commit: string,
): Promise<readonly { readonly branch: string; readonly transition: Transition | null }[]> {
  const open: { branch: string; transition: Transition | null }[] = [];
  for (const { name, commit: tip } of await git.branches(PROPOSALS)) {
    if (await git.isAncestor(tip, commit)) continue;
    const transition = await triedOr(null, () => proposedMove(git, tip));
    open.push({ branch: name, transition });
  }
  return open;
}
