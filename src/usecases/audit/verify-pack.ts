import type { CommitVerdict } from "../../domain/audit.ts";
import { type Digest, digestOf } from "../../domain/digest.ts";
import { type EvidencePack, packFolder } from "../../domain/evidence.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { GateError, gateError, type Problem } from "../../errors.ts";
import type { FileEntry, Files } from "../../ports/files.ts";
import { packOf, requireSmall, type StoredPack } from "../proof/stored-pack.ts";
import type { AuditPorts } from "./audit.ts";
import { auditCommit } from "./one-commit.ts";
import { boundPack, deriveAgain, readEvidence, toldVerdict } from "./retry-pack.ts";

export interface VerifyPorts extends AuditPorts {
  readonly files: Files;
  readonly filesAt: (commit: string) => Files;
}

/** One thing that is proven of a pack, or is not. Steps rest on those before them. */
export interface VerifiedStep {
  readonly step: "whole" | "evidence" | "bindings" | "verdict" | "landed";
  /** `SKIPPED`: a step before it failed, or there is nothing to prove. */
  readonly outcome: "PASS" | "FAIL" | "SKIPPED";
  readonly says: string;
  readonly problems: readonly Problem[];
}

/** What can be proven of an evidence pack in a clone, without a network and without measuring anything. */
export interface VerifiedPack {
  readonly folder: string;
  /** SHA-256 of its pack.json; what transitions and approvals name. Null when there is no pack to speak of. */
  readonly evidence_digest: Digest | null;
  readonly pack: EvidencePack | null;
  /** What the stored verdict says; null when it cannot be read. */
  readonly verdict: Outcome | null;
  readonly steps: readonly VerifiedStep[];
  /** The commit that brought it to the line, judged alone; null when none did. */
  readonly landed: CommitVerdict | null;
  /** What is not proven, in sentences. */
  readonly unproven: readonly string[];
}

const SAYS = {
  whole: "Every file has the digest that pack.json lists, and there is no other.",
  evidence: "Every measurement fits its schema, and is about the pack's version and engine.",
  bindings: "Version, live version, policies and deployed.json are those of the pack's base commit.",
  verdict: "Judging the evidence again by the policies of that commit gives verdict.json, byte for byte.",
  landed: "The commit that brought it stands: signature, transition, evidence and approvals.",
} as const satisfies Record<VerifiedStep["step"], string>;

const REWORDED =
  "Judging the evidence again by the policies of that commit gives verdict.json, but for sentences that another version of modelgate worded.";

const UNPROVEN = [
  "That the numbers were measured honestly: a runner that was taken over can write any. Measure again to know.",
  "Earlier refusals and what was left to reviews on GitHub: the verdict is taken at its word there.",
  "That the line itself was not rewritten: that is for modelgate audit, from a checkpoint.",
] as const;

/**
 * Proves what a folder of evidence says, step by step. Whatever is wrong with it is in the answer; refused is only a folder
 * that is not there or cannot be read (FILE_*), or that no pack fills (CHECK_PACK_TOO_LARGE).
 */
export async function verifyPack(ports: VerifyPorts, folder: string): Promise<VerifiedPack> {
  const all = await filesOf(ports.files, folder);
  const proof = new Proof();
  const stored = await proof.step("whole", async () => packOf(folder, all));
  const evidence = await proof.step("evidence", async () => stored && readEvidence(stored));
  const bound = await proof.step("bindings", async () => stored && evidence && boundPack(ports, stored));
  const again = await proof.step(
    "verdict",
    async () => bound && evidence && deriveAgain(ports.git, bound, evidence),
  );
  if (again && again.reworded !== null) proof.say(REWORDED);
  const landed = await landing(ports, stored, proof);
  return {
    folder,
    evidence_digest: stored ? digestOf(stored.bytes) : null,
    pack: stored?.pack ?? null,
    verdict: stored ? (toldVerdict(stored)?.outcome ?? null) : null,
    steps: proof.steps,
    landed,
    unproven: landed ? UNPROVEN : ["Who approved it: it was not merged here.", ...UNPROVEN],
  };
}

/** Steps in their order; what throws fails, and what has no ground is skipped. */
class Proof {
  readonly steps: VerifiedStep[] = [];

  async step<T>(step: VerifiedStep["step"], prove: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      const found = await prove();
      this.#add(step, found === undefined ? "SKIPPED" : "PASS");
      return found;
    } catch (error) {
      if (!(error instanceof GateError)) throw error;
      this.#add(step, "FAIL", error.problems);
      return undefined;
    }
  }

  /** What the last step proved is less than usual. */
  say(says: string): void {
    const last = this.steps.pop();
    if (last) this.steps.push({ ...last, says });
  }

  /** What the last step found is no good. */
  fail(problems: readonly Problem[]): void {
    const last = this.steps.pop();
    if (last) this.steps.push({ ...last, outcome: "FAIL", problems });
  }

  #add(
    step: VerifiedStep["step"],
    outcome: VerifiedStep["outcome"],
    problems: readonly Problem[] = [],
  ): void {
    this.steps.push({ step, outcome, says: SAYS[step], problems });
  }
}

async function landing(
  ports: VerifyPorts,
  stored: StoredPack | undefined,
  proof: Proof,
): Promise<CommitVerdict | null> {
  const found = await proof.step("landed", async () => {
    const commit = stored && (await landedIn(ports, stored));
    return commit === undefined ? undefined : auditCommit(ports, commit);
  });
  if (found?.outcome === "FAIL") proof.fail(found.reasons);
  return found ?? null;
}

/** The commit of the line that first had the pack where packs lie; undefined when none has. */
async function landedIn({ git }: VerifyPorts, { folder, pack }: StoredPack): Promise<string | undefined> {
  const { model_id: model, version } = pack.subject;
  if (folder !== packFolder({ model, version, runId: pack.run_id })) return undefined;
  const { commit } = await git.head();
  return (await git.history(commit, `${folder}/pack.json`)).at(-1);
}

async function filesOf(files: Files, folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await entriesOf(files, folder);
  requireSmall(folder, entries);
  const read = entries.map(
    async ({ path }) => [path.slice(folder.length + 1), await files.read(path)] as const,
  );
  return new Map(await Promise.all(read));
}

async function entriesOf(files: Files, folder: string): Promise<readonly FileEntry[]> {
  try {
    const entries = await files.list(folder);
    if (entries.length > 0) return entries;
  } catch (error) {
    // A file of that name.
    if (!(error instanceof GateError) || error.code !== "FILE_MISSING") throw error;
  }
  throw noFolder(folder);
}

function noFolder(folder: string): Error {
  const message = `There is no ${folder}/pack.json: the folder is not there, or nothing is in it.`;
  const fix = "Name the folder of a run. The packs that were committed: git ls-files '*/pack.json'";
  return gateError("FILE_MISSING", message, { where: { file: folder }, fix });
}
