import type { Broken } from "../../domain/broken.ts";
import type { Subject } from "../../domain/evidence.ts";
import { environmentState, liveVersion } from "../../domain/ledger.ts";
import { isWayOut, takesAway } from "../../domain/lifecycle.ts";
import { formatModelRef } from "../../domain/model-ref.ts";
import { gateError } from "../../errors.ts";
import { commandFor } from "../../ledger/command.ts";
import { knownManifest } from "../../ledger/plan.ts";
import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";
import { type Lineages, versionsBehind } from "../../trust/dependencies.ts";
import type { TransitionRequest } from "../request.ts";
import { type GateBase, gitLine } from "./base.ts";
import { sortedBroken } from "./broken.ts";
import { type BaseLine, type RegisteredVersion, type Used, usableVersion } from "./last-lawful.ts";
import { readLineages } from "./lineages.ts";
import { loadLive, notOnBase, readSubject } from "./subjects.ts";

/** The versions that a request is about. */
export interface About {
  readonly subject: Subject;
  /** The version that is live in the request's environment; null when there is none. */
  readonly baseline: Subject | null;
  /** Of the versions that it would bring to serve. */
  readonly lineages: Lineages;
}

/** The same, with the base: what of the versions is broken is known of it then. */
export interface Basis extends About {
  readonly base: GateBase;
}

/**
 * The base of a request with the versions that it is about. For the way out they are what they were registered as,
 * whatever became of their folders; `files` serve all other events. GATE_VERSION_NOT_ON_BASE, GATE_LIVE_VERSION_EDITED,
 * MANIFEST_*, DOCUMENT_*, GIT_*.
 */
export async function readBasis(
  ports: { readonly git: Git; readonly files: Files },
  base: GateBase,
  request: TransitionRequest,
): Promise<Basis> {
  if (isWayOut(request.event)) {
    const ref = { id: request.model, version: request.version };
    return basisOfWayOut(gitLine(ports.git), base, {
      request,
      missing: () => notOnBase(ports.git, ref, base),
    });
  }
  const subject = await readSubject(ports, base, request);
  const baseline = (await loadLive(ports.files, base, request))?.subject ?? null;
  return { base, subject, baseline, lineages: await readLineages(ports, base, request) };
}

/** What a way out asks for, and what is said when its version never was registered. */
interface WayOut {
  readonly request: TransitionRequest;
  readonly missing: () => Promise<Error>;
}

/** The basis of a way out, from any line of commits. */
export async function basisOfWayOut(line: BaseLine, base: GateBase, of: WayOut): Promise<Basis> {
  const { request } = of;
  const broken: Broken[] = [];
  const read = async (version: string): Promise<RegisteredVersion | undefined> => {
    const found = await versionOf(line, base, { model: request.model, version });
    broken.push(...found.broken);
    return found.value;
  };
  const subject = await subjectOf(line, base, of);
  broken.push(...subject.broken);
  const live = liveBeside(base, request);
  const baseline = live === null ? null : ((await read(live))?.subject ?? null);
  const lineages = new Map<string, RegisteredVersion["lineage"]>();
  for (const version of versionsBehind(base.ledger, request)) {
    const found = version === request.version ? subject.value : await read(version);
    if (found && base.trust) lineages.set(version, found.lineage);
  }
  return {
    base: { ...base, broken: sortedBroken([...base.broken, ...broken]) },
    subject: subject.value.subject,
    baseline,
    lineages,
  };
}

function liveBeside({ ledger }: GateBase, { model, version, environment }: TransitionRequest): string | null {
  const slot = environment === null ? undefined : liveVersion(ledger, model, environment);
  return slot && slot.version !== version ? slot.version : null;
}

function versionOf(
  line: BaseLine,
  { commit, ledger }: GateBase,
  { model, version }: Pick<TransitionRequest, "model" | "version">,
): Promise<Used<RegisteredVersion | undefined>> {
  const known = knownManifest(ledger, model, version);
  return usableVersion(line, commit, { ref: { id: model, version }, known });
}

/** What takes a version away needs none of its bytes; what serves again must be there. */
async function subjectOf(
  line: BaseLine,
  base: GateBase,
  { request, missing }: WayOut,
): Promise<Used<RegisteredVersion>> {
  const { value, broken } = await versionOf(line, base, request);
  if (!value) throw await missing();
  const [first] = broken;
  if (!first || takesAway(request.event)) return { value, broken };
  const ref = formatModelRef({ id: request.model, version: request.version });
  const text = `${ref} is not in the base commit as it was registered. ${first.says}`;
  const where = { file: first.file };
  throw gateError("GATE_VERSION_NOT_ON_BASE", text, { where, fix: otherWayOut(base, request) });
}

/** Another version to go back to, and the kill switch, which needs no version's bytes. */
function otherWayOut({ ledger }: GateBase, { model, version, environment }: TransitionRequest): string {
  const { slots, rollback_targets } = environmentState(ledger, model, environment ?? "");
  const other = rollback_targets.find((target) => target.version !== version);
  const live = slots.PRODUCTION?.version ?? version;
  const asked = { model, environment, phase: null };
  const off = `Turn the live version off with: ${commandFor({ ...asked, event: "DISABLE", version: live })}`;
  if (!other) return off;
  const back = commandFor({ ...asked, event: "ROLLBACK", version: other.version });
  return `${off}; or go back to another with: ${back}`;
}
