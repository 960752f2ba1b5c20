import { checkSchema } from "../../domain/document/check-schema.ts";
import type { Document } from "../../domain/document/document.ts";
import { parseJson } from "../../domain/document/json.ts";
import { gateError, problem, type Problem, refuse } from "../../errors.ts";
import { OMS_STATEMENT_V1 } from "../../generated/oms-statement-v1.js";
import { isCanonicalPath } from "./paths.ts";
import { type OmsResource, rootOf } from "./resource.ts";
import { type SignedFile, signedFiles } from "./shards.ts";

export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
export const OMS_PREDICATE_TYPE = "https://model_signing/signature/v1.0";
/** What model-signing 0.2.0 wrote, over a faulty encoding; refused by name. */
const DEPRECATED_PREDICATE = "https://model_signing/Digests/v0.1";

/** What was signed: every file of the model with its SHA-256. */
export interface OmsStatement {
  /** SHA-256 over the digests in their listed order, lower-case hex: the name of the whole model. */
  readonly root: string;
  /** Bytes of one part when files were hashed in parts; null when whole. */
  readonly shardSize: number | null;
  readonly files: readonly SignedFile[];
}

/** The JSON of a statement, as its schema describes it. */
export interface StatementJson {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly [{ readonly name: string; readonly digest: { readonly sha256: string } }];
  readonly predicateType: typeof OMS_PREDICATE_TYPE;
  readonly predicate: {
    readonly resources: readonly OmsResource[];
    readonly serialization: {
      readonly method: "files" | "shards";
      readonly hash_type: string;
      readonly shard_size?: number;
      readonly allow_symlinks: boolean;
      readonly ignore_paths?: readonly string[];
    };
  };
}

/**
 * Reads a payload whose signature was proven (OMS v1.0, §5 and §8.3). What the signer left out of it by `ignore_paths`
 * is not taken over: who verifies decides what may be left out.
 * DOCUMENT_*, OMS_STATEMENT_TYPE, OMS_PREDICATE_TYPE, OMS_HASH_UNSUPPORTED,
 * OMS_SYMLINKS_ALLOWED, OMS_NAME_UNSAFE, OMS_RESOURCE_DUPLICATE, OMS_SHARD_INVALID, OMS_ROOT_MISMATCH.
 */
export function parseOmsStatement(payload: Uint8Array, file: string): OmsStatement {
  const document = parseJson(payload, `${file} (statement)`);
  refuse(typeProblems(document));
  const { subject, predicate } = checkSchema<StatementJson>(document, OMS_STATEMENT_V1);
  const { resources, serialization } = predicate;
  refuse([...serializationProblems(document, serialization), ...resourceProblems(document, resources)]);
  const root = rootOf(resources);
  if (root !== subject[0].digest.sha256) {
    const where = document.place("/subject/0/digest/sha256");
    throw gateError("OMS_ROOT_MISMATCH", `The list of files has the digest ${root}.`, { where });
  }
  const shardSize = serialization.shard_size ?? null;
  return { root, shardSize, files: signedFiles(document, resources, shardSize) };
}

/**
 * Refuses what model-signing 0.2.0 wrote by its name: its signatures are over other bytes, so that they would only look
 * broken. Takes a payload that nobody has proven. OMS_PREDICATE_DEPRECATED.
 */
export function refuseDeprecated({
  payload,
  file,
}: {
  readonly payload: Uint8Array;
  readonly file: string;
}): void {
  if (!Buffer.from(payload).includes(`"${DEPRECATED_PREDICATE}"`)) return;
  throw gateError("OMS_PREDICATE_DEPRECATED", `The bundle holds a ${DEPRECATED_PREDICATE}.`, {
    where: { file },
  });
}

function typeProblems(document: Document): Problem[] {
  const { _type: type, predicateType } = (document.value ?? {}) as Record<string, unknown>;
  const problems: Problem[] = [];
  if (typeof type === "string" && type !== STATEMENT_TYPE)
    problems.push(at(document, "OMS_STATEMENT_TYPE", "/_type", `It is ${quoted(type)}.`));
  if (typeof predicateType === "string" && predicateType !== OMS_PREDICATE_TYPE)
    problems.push(at(document, "OMS_PREDICATE_TYPE", "/predicateType", `It is ${quoted(predicateType)}.`));
  return problems;
}

function serializationProblems(
  document: Document,
  { method, hash_type: hashType, shard_size: shardSize, allow_symlinks: symlinks }: Serialization,
): Problem[] {
  const pointer = "/predicate/serialization";
  const problems: Problem[] = [];
  if (hashType !== "sha256")
    problems.push(at(document, "OMS_HASH_UNSUPPORTED", `${pointer}/hash_type`, `It is ${quoted(hashType)}.`));
  if (symlinks)
    problems.push(at(document, "OMS_SYMLINKS_ALLOWED", `${pointer}/allow_symlinks`, "It is true."));
  if ((method === "shards") !== (shardSize !== undefined))
    problems.push(
      at(document, "OMS_SHARD_INVALID", pointer, "shard_size goes with the method shards, and only with it."),
    );
  return problems;
}

type Serialization = StatementJson["predicate"]["serialization"];

function resourceProblems(document: Document, resources: readonly OmsResource[]): Problem[] {
  const seen = new Set<string>();
  return resources.flatMap(({ name, algorithm, digest }, n) => {
    const pointer = `/predicate/resources/${n}`;
    const twice = seen.has(name);
    seen.add(name);
    const lone = resources.length === 1 && name === ".";
    return [
      ...(twice
        ? [at(document, "OMS_RESOURCE_DUPLICATE", `${pointer}/name`, `${quoted(name)} stands there twice.`)]
        : []),
      ...(lone || isCanonicalPath(name)
        ? []
        : [at(document, "OMS_NAME_UNSAFE", `${pointer}/name`, `${quoted(name)} is no canonical path.`)]),
      ...(algorithm === "sha256" && digest.length === 64
        ? []
        : [
            at(
              document,
              "OMS_HASH_UNSUPPORTED",
              pointer,
              `It is hashed by ${quoted(algorithm)}, ${digest.length * 4} bits.`,
            ),
          ]),
    ];
  });
}

type OmsCode = Extract<Problem["code"], `OMS_${string}`>;

function at(document: Document, code: OmsCode, pointer: string, message: string): Problem {
  return problem(code, message, { where: document.place(pointer) });
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
