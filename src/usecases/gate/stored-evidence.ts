import { digestOf } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import {
  type Evidence,
  EVIDENCE_KINDS,
  type EvidenceKind,
  type EvidencePack,
} from "../../domain/evidence.ts";
import { gateError, type Problem, problem, refuse } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import type { TransitionRequest } from "../request.ts";
import { bindingProblems } from "./binding.ts";
import { engineDigest } from "./evidence-pack.ts";
import { packedProblems } from "./packed-evidence.ts";
import { EVIDENCE_V1 } from "../../generated/evidence-v1.js";
import { PACK_V1 } from "../../generated/pack-v1.js";

/** What stored evidence must be bound to. Each binding that differs is refused by its own code. */
export interface Bindings {
  readonly manifestDigest: string;
  readonly policyDigest: string;
  readonly baseCommit: string;
  readonly ledgerDigest: string;
  /** The transition that the evidence is to allow; left out by who has compared it already. */
  readonly request?: Pick<TransitionRequest, "event" | "environment" | "phase">;
}

/**
 * Reads `<kind>.json` files of a folder and the `pack.json` that binds them, and checks what they are bound to.
 * Errors: EVIDENCE_MISSING (no such folder or no evidence in it), EVIDENCE_PACK_MISSING, EVIDENCE_DIGEST_MISMATCH,
 * EVIDENCE_UNLISTED, EVIDENCE_SUBJECT_MISMATCH, EVIDENCE_POLICY_MISMATCH, EVIDENCE_BASE_MISMATCH,
 * EVIDENCE_LEDGER_MISMATCH, EVIDENCE_REQUEST_MISMATCH, EVIDENCE_ENGINE_MISMATCH, EVIDENCE_BASELINE_MISMATCH,
 * CHECK_TIME_IMPLAUSIBLE.
 */
export async function readStoredEvidence(
  files: Files,
  folder: string,
  bindings: Bindings,
): Promise<Evidence[]> {
  const names = ["pack.json", ...EVIDENCE_KINDS.map((kind) => `${kind}.json`)];
  const read = await Promise.all(names.map((name) => files.readIfExists(`${folder}/${name}`)));
  const present = names.flatMap((name, at): [string, Uint8Array][] => {
    const bytes = read[at];
    return bytes ? [[name, bytes]] : [];
  });
  return boundEvidence(folder, new Map(present), bindings);
}

/**
 * The same from files that somebody else read: name inside of the folder -> bytes. `opened` is their pack.json where it was
 * read too, and found to list each of them with its digest.
 */
export function boundEvidence(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
  bindings: Bindings,
  opened: EvidencePack | null = null,
): Evidence[] {
  const stored = EVIDENCE_KINDS.map((kind) => readKind(files, folder, kind));
  const present = stored.filter((one) => one !== undefined);
  if (present.length === 0)
    throw gateError("EVIDENCE_MISSING", `There is no evidence in ${folder}.`, { where: { file: folder } });
  const pack = opened ? { path: `${folder}/pack.json`, pack: opened } : readPack(files, folder);
  refuse([
    ...present.flatMap((one) => subjectProblems(one, bindings)),
    ...engineProblems(present),
    ...packProblems(pack, present, bindings),
    ...(opened ? [] : present.flatMap((one) => listingProblems(pack, one))),
    ...present.flatMap(({ path, evidence }) => packedProblems(path, evidence, pack.pack)),
    ...requestProblems(pack, bindings.request),
  ]);
  return present.map((one) => one.evidence);
}

interface StoredKind {
  readonly path: string;
  readonly name: string;
  readonly evidence: Evidence;
  readonly bytes: Uint8Array;
}

function readKind(
  files: ReadonlyMap<string, Uint8Array>,
  folder: string,
  kind: EvidenceKind,
): StoredKind | undefined {
  const name = `${kind}.json`;
  const path = `${folder}/${name}`;
  const bytes = files.get(name);
  if (!bytes) return undefined;
  const evidence = checkSchema<Evidence>(parseJson(bytes, path), EVIDENCE_V1);
  if (evidence.kind !== kind) {
    throw gateError("EVIDENCE_KIND_MISMATCH", `${path} holds ${evidence.kind} evidence.`, {
      where: { file: path, pointer: "/kind" },
    });
  }
  return { path, name, evidence, bytes };
}

interface OpenedPack {
  readonly path: string;
  readonly pack: EvidencePack;
}

/** Without a pack, evidence is bound to no base, no policy and no engine: anybody could have written it at any time. */
function readPack(files: ReadonlyMap<string, Uint8Array>, folder: string): OpenedPack {
  const path = `${folder}/pack.json`;
  const bytes = files.get("pack.json");
  if (bytes) return { path, pack: checkSchema<EvidencePack>(parseJson(bytes, path), PACK_V1) };
  throw gateError(
    "EVIDENCE_PACK_MISSING",
    `There is evidence in ${folder}, but no pack.json that binds it.`,
    {
      where: { file: path },
    },
  );
}

function subjectProblems(stored: StoredKind, bindings: Bindings): Problem[] {
  const { subject } = stored.evidence;
  if (subject.manifest_digest === bindings.manifestDigest) return [];
  const about = `${subject.model_id} ${subject.version} (${subject.manifest_digest})`;
  return [
    problem(
      "EVIDENCE_SUBJECT_MISMATCH",
      `This evidence is about ${about}, not about the candidate's manifest ${bindings.manifestDigest}.`,
      {
        where: { file: stored.path, pointer: "/subject/manifest_digest" },
      },
    ),
  ];
}

function engineProblems(stored: readonly StoredKind[]): Problem[] {
  const wanted = engineDigest(stored.map((one) => one.evidence));
  return stored
    .filter((one) => one.evidence.runner.engine !== null && one.evidence.runner.engine.digest !== wanted)
    .map((one) =>
      problem(
        "EVIDENCE_ENGINE_MISMATCH",
        `This evidence was measured with another engine (${one.evidence.runner.engine?.digest}) than the rest (${wanted}).`,
        {
          where: { file: one.path, pointer: "/runner/engine/digest" },
        },
      ),
    );
}

/** Evidence for one transition is none for another, also where both are judged by the same policies. */
function requestProblems({ path, pack }: OpenedPack, request: Bindings["request"]): Problem[] {
  if (!request) return [];
  const made = [pack.event, pack.environment, pack.canary_phase];
  const asked = [request.event, request.environment, request.phase];
  if (JSON.stringify(made) === JSON.stringify(asked)) return [];
  const [madeFor, askedFor] = [made, asked].map((of) => of.filter((part) => part !== null).join(" "));
  const message = `The pack was made for ${madeFor}, asked is ${askedFor}.`;
  return [problem("EVIDENCE_REQUEST_MISMATCH", message, { where: { file: path, pointer: "/event" } })];
}

function packProblems(stored: OpenedPack, present: readonly StoredKind[], bindings: Bindings): Problem[] {
  const { pack, path } = stored;
  return bindingProblems(path, [
    [
      "EVIDENCE_SUBJECT_MISMATCH",
      "/subject/manifest_digest",
      pack.subject.manifest_digest,
      bindings.manifestDigest,
    ],
    ["EVIDENCE_POLICY_MISMATCH", "/policy_digest", pack.policy_digest, bindings.policyDigest],
    ["EVIDENCE_BASE_MISMATCH", "/base_commit", pack.base_commit, bindings.baseCommit],
    ["EVIDENCE_LEDGER_MISMATCH", "/ledger_digest", pack.ledger_digest, bindings.ledgerDigest],
    [
      "EVIDENCE_ENGINE_MISMATCH",
      "/engine_digest",
      pack.engine_digest,
      engineDigest(present.map((one) => one.evidence)),
    ],
  ]);
}

function listingProblems(stored: OpenedPack, one: StoredKind): Problem[] {
  const listed = stored.pack.files.find((file) => file.path === one.name);
  if (!listed)
    return [
      problem("EVIDENCE_UNLISTED", `${one.path} is not listed in the pack.`, {
        where: { file: stored.path, pointer: "/files" },
      }),
    ];
  const digest = digestOf(one.bytes);
  if (listed.sha256 === digest) return [];
  return [
    problem("EVIDENCE_DIGEST_MISMATCH", `${one.name} has ${digest}, its pack says ${listed.sha256}.`, {
      where: { file: one.path },
    }),
  ];
}
