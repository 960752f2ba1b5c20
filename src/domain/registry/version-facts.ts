import type { Digest } from "../digest.ts";
import type { Document } from "../document/document.ts";
import type { ModelRef } from "../model-ref.ts";
import type { Evaluation } from "./evaluation.ts";
import type { ParityRuntime, Training } from "./training.ts";
import type { Sidecar, TensorSpec } from "./sidecar.ts";

/** A regular file of a version folder as it is; `path` is relative to the folder. */
export interface FolderFile {
  readonly path: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** The first bytes, at most 512. */
  readonly head: Uint8Array;
}

/** A document with its value in the type of its schema. */
export interface Typed<T> {
  readonly document: Document;
  readonly value: T;
}

/** What the ONNX model says of itself. */
export interface ModelSignature {
  readonly inputs: readonly TensorSpec[];
  /** With the classes of an output that a ZipMap makes. */
  readonly outputs: readonly (TensorSpec & {
    readonly zipMap?: { readonly classes: readonly (number | string)[] };
  })[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** What was read of one version folder. A part that could not be read is null; why is a problem of its own. */
export interface VersionFacts {
  readonly ref: ModelRef;
  /** Relative to the repository's root. */
  readonly folder: string;
  /** Without the manifest. */
  readonly files: readonly FolderFile[];
  readonly sidecar: Typed<Sidecar> | null;
  readonly training: Typed<Training> | null;
  readonly parity: Typed<ParityRuntime> | null;
  readonly evaluation: Typed<Evaluation> | null;
  readonly model: ModelSignature | null;
}

/** Files beside the artifact that every version needs. */
export const REQUIRED_FILES = ["sidecar.json", "training.json", "evaluation.json", "parity.json"] as const;
