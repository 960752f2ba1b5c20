/** What the parent asks of the child, in one message. Folders are fresh and hold nothing else. */
export type ArtifactRequest =
  | {
      readonly kind: "upload";
      readonly name: string;
      readonly folder: string;
      /** Absolute paths below `folder`. */
      readonly files: readonly string[];
      readonly retentionDays: number;
    }
  | { readonly kind: "list" }
  | { readonly kind: "download"; readonly id: number; readonly folder: string };

/** The child's answer; `value` has the shape that the kind of the request calls for. */
export type ArtifactAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };
