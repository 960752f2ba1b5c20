import type { Digest } from "../domain/digest.ts";

/** Path in the artifact -> bytes. Paths are names, or one folder and a name: see `isArtifactPath`. */
export type ArtifactFiles = ReadonlyMap<string, Uint8Array>;

/** An artifact of the present workflow run. It never changes; a second one of its name is refused. */
export interface StoredArtifact {
  readonly id: number;
  readonly name: string;
  /** Bytes of the archive. */
  readonly size: number;
  /** SHA-256 of the archive; null when the service does not tell. */
  readonly digest: Digest | null;
}

export interface UploadedArtifact extends StoredArtifact {
  /** Whole days that it will be kept: what was asked for, or less where the forge allows less. */
  readonly retentionDays: number;
}

export interface ArtifactUpload {
  readonly name: string;
  readonly files: ArtifactFiles;
  readonly retentionDays: number;
}

export interface ArtifactLimits {
  /** Of the archive, and of all files together when they are unpacked. */
  readonly bytes: number;
  readonly files: number;
}

/** The artifacts of one workflow run: another run's are neither seen nor changed. */
export interface Artifacts {
  /** ARTIFACT_NAME_INVALID, ARTIFACT_UPLOAD_FAILED. */
  upload(artifact: ArtifactUpload): Promise<UploadedArtifact>;
  /** All that are finished, oldest first. ARTIFACT_DOWNLOAD_FAILED. */
  list(): Promise<readonly StoredArtifact[]>;
  /** The files, in memory. ARTIFACT_DOWNLOAD_FAILED, ARTIFACT_TOO_LARGE, ARTIFACT_INVALID. */
  download(artifact: StoredArtifact, limits: ArtifactLimits): Promise<ArtifactFiles>;
}
