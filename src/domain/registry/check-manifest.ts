import { canonicalJson, digestOfJson } from "../digest.ts";
import type { Document } from "../document/document.ts";
import { formatJson } from "../document/format.ts";
import { type Manifest, manifestHash } from "../manifest.ts";
import type { ReasonCode } from "../reasons/catalogue.ts";
import { problem, type Problem } from "../../errors.ts";
import { cvSchemeText } from "./training.ts";
import type { VersionFacts } from "./version-facts.ts";

/** One field of the manifest, what it says and what it must say. */
interface Claim {
  readonly pointer: string;
  readonly code: ReasonCode;
  readonly says: unknown;
  readonly truth: unknown;
  readonly source: string;
}

/** Every field of a manifest that is derived from the files beside it; each mismatch has its own MANIFEST_* code. */
export function manifestProblems(manifest: Manifest, document: Document, facts: VersionFacts): Problem[] {
  const claims = [
    ...ownClaims(manifest),
    ...fileClaims(manifest, facts),
    ...sidecarClaims(manifest, facts),
    ...trainingClaims(manifest, facts),
    ...runtimeClaims(manifest, facts),
  ];
  return [
    ...claims.filter((claim) => !sameJson(claim.says, claim.truth)).map((claim) => broken(claim, document)),
    ...windowProblems(manifest, document),
    ...signatureProblems(manifest, document),
  ];
}

/** DOCUMENT_NOT_CANONICAL, at the first line that differs. */
export function canonicalProblems(text: string, document: Document): Problem[] {
  const wanted = formatJson(document.value).split("\n");
  const found = text.split("\n");
  const line = found.findIndex((one, at) => one !== wanted[at]);
  if (line === -1 && found.length === wanted.length) return [];
  const where = { file: document.file, line: (line === -1 ? found.length : line) + 1, column: 1 };
  return [
    problem("DOCUMENT_NOT_CANONICAL", "From here on the spelling is not the canonical one.", { where }),
  ];
}

function ownClaims(manifest: Manifest): Claim[] {
  return [
    {
      pointer: "/manifest_hash",
      code: "MANIFEST_HASH_MISMATCH",
      says: manifest.manifest_hash,
      truth: manifestHash(manifest),
      source: "the manifest",
    },
    {
      pointer: "/inference_runtime_hash",
      code: "MANIFEST_RUNTIME_HASH_MISMATCH",
      says: manifest.inference_runtime_hash,
      truth: digestOfJson(manifest.inference_runtime),
      source: "inference_runtime",
    },
  ];
}

function fileClaims(manifest: Manifest, facts: VersionFacts): Claim[] {
  const digests = new Map(facts.files.map((file) => [file.path, file.digest]));
  const rows = [
    ["/artifact_hash", "MANIFEST_ARTIFACT_HASH_MISMATCH", manifest.artifact_hash, manifest.artifact_uri],
    [
      "/evaluation_report_hash",
      "MANIFEST_EVALUATION_HASH_MISMATCH",
      manifest.evaluation_report_hash,
      "evaluation.json",
    ],
  ] as const;
  return rows.flatMap(([pointer, code, says, source]) => {
    const truth = digests.get(source);
    return truth === undefined ? [] : [{ pointer, code, says, truth, source }];
  });
}

function sidecarClaims(manifest: Manifest, facts: VersionFacts): Claim[] {
  if (!facts.sidecar) return [];
  const sidecar = facts.sidecar.value;
  const code = "MANIFEST_FEATURE_SCHEMA_MISMATCH";
  const source = "sidecar.json";
  return [
    {
      pointer: "/feature_schema_id",
      code,
      says: manifest.feature_schema_id,
      truth: sidecar.feature_schema_id,
      source,
    },
    {
      pointer: "/feature_schema_version",
      code,
      says: manifest.feature_schema_version,
      truth: sidecar.feature_schema_version,
      source,
    },
    {
      pointer: "/feature_schema_crc32",
      code,
      says: manifest.feature_schema_crc32,
      truth: sidecar.crc32,
      source,
    },
    {
      pointer: "/features",
      code: "MANIFEST_FEATURES_MISMATCH",
      says: manifest.features,
      truth: sidecar.columns.map((column) => column.name),
      source,
    },
  ];
}

function trainingClaims(manifest: Manifest, facts: VersionFacts): Claim[] {
  if (!facts.training) return [];
  const training = facts.training.value;
  const rows: readonly (readonly [keyof Manifest, ReasonCode, unknown])[] = [
    ["trainer_code_hash", "MANIFEST_TRAINER_CODE_HASH_MISMATCH", digestOfJson(training.code)],
    ["dataset_hash", "MANIFEST_DATASET_HASH_MISMATCH", digestOfJson(training.dataset.files)],
    ["dataset_snapshot_id", "MANIFEST_DATASET_SNAPSHOT_MISMATCH", training.dataset.snapshot_id],
    ["training_window", "MANIFEST_TRAINING_WINDOW_MISMATCH", training.window ?? null],
    ["cv_scheme", "MANIFEST_CV_SCHEME_MISMATCH", cvSchemeText(training.cv_scheme)],
    ["licence", "MANIFEST_LICENCE_MISMATCH", training.licence],
    ["features", "MANIFEST_FEATURES_MISMATCH", training.features],
  ];
  const source = "training.json";
  return rows.map(([field, code, truth]) => ({
    pointer: `/${field}`,
    code,
    says: manifest[field],
    truth,
    source,
  }));
}

function runtimeClaims(manifest: Manifest, facts: VersionFacts): Claim[] {
  if (!facts.parity) return [];
  const truth = facts.parity.value.runtime;
  const code = "MANIFEST_RUNTIME_MISMATCH";
  return [
    { pointer: "/inference_runtime", code, says: manifest.inference_runtime, truth, source: "parity.json" },
  ];
}

function windowProblems(manifest: Manifest, document: Document): Problem[] {
  const { from, to } = manifest.training_window ?? { from: "", to: "" };
  if (from <= to) return [];
  const where = document.place("/training_window");
  return [problem("MANIFEST_TRAINING_WINDOW_INVERTED", `It begins at ${from} and ends at ${to}.`, { where })];
}

function signatureProblems(manifest: Manifest, document: Document): Problem[] {
  if ((manifest.signature === null) === (manifest.signing_key_id === null)) return [];
  const lacking = manifest.signature === null ? "signature" : "signing_key_id";
  const where = document.place(`/${lacking}`);
  return [problem("MANIFEST_SIGNATURE_INCOMPLETE", `${lacking} is null, its counterpart is not.`, { where })];
}

function sameJson(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}

function broken(claim: Claim, document: Document): Problem {
  const field = claim.pointer.slice(1);
  const message = `${field} is ${show(claim.says)}; by ${claim.source} it must be ${show(claim.truth)}.`;
  return problem(claim.code, message, { where: document.place(claim.pointer) });
}

function show(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
