/** What an artifact is kept for: `critical` is what decided, `daily` what was only measured. */
export const RETENTION_CLASSES = ["critical", "daily"] as const;

export type RetentionClass = (typeof RETENTION_CLASSES)[number];

/** `policies/retention.yaml`: whole days from 1 to 400 that the artifacts of a class are kept. */
export type Retention = Readonly<Record<RetentionClass, number>>;

/** What holds without a retention policy: as long as GitHub keeps anything in a public repository, and a month. */
export const DEFAULT_RETENTION: Retention = { critical: 90, daily: 30 };
