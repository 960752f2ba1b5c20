/**
 * How much a change may bring, far above honest use; docs/limits.md has them with those of single documents. Who reads
 * more refuses it before reading, with the number.
 */
export const LIMITS = {
  /** Files below policies/ that judge. POLICY_TOO_MUCH. */
  policyFiles: 256,
  /** Bytes of them together. POLICY_TOO_MUCH. */
  policyBytes: 1024 * 1024,
  /** Objectives of all policies together. POLICY_TOO_MUCH. */
  objectives: 2048,
  /** Files of a version's folder, the manifest among them. MANIFEST_TOO_MANY_FILES. */
  versionFiles: 4097,
  /** Versions that one change registers. CHECK_TOO_MANY_VERSIONS. */
  changedVersions: 64,
} as const;
