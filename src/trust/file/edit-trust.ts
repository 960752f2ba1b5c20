import { canonicalJson } from "../../domain/digest.ts";
import { parseYaml } from "../../domain/document/yaml.ts";
import { gateError } from "../../errors.ts";
import { parseTrust, TRUST_SIZE_LIMIT, type TrustRegistry } from "../registry.ts";
import { TRUST_FILE } from "../../domain/policy-files.ts";
import type { TrustEdit } from "./edits.ts";
import { layOut, type Plain } from "./layout.ts";
import { type Remarks, remarksIn, withRemarks } from "./remarks.ts";
import type { TrustDocument } from "./trust-document.ts";

/** A trust.yaml before and after an edit. */
export interface EditedTrust {
  /** Null when there was none. */
  readonly before: TrustRegistry | null;
  readonly after: TrustRegistry;
  readonly text: string;
}

const HEADER = [
  "# yaml-language-server: $schema=../schemas/trust-v1.schema.json",
  "# Who may sign what, with which keys, and what is revoked (docs/access-control.md). It counts from the next commit on.",
];
const NO_REMARKS: Remarks = {
  above: new Map([["/apiVersion", HEADER]]),
  behind: new Map(),
  order: ["/apiVersion"],
};

/**
 * Edits a trust.yaml: the version grows by one, comments stay with the lines that they are about. `bytes` null begins a
 * new file. With `rewrite`, a file in a layout of its own is laid out anew, without its comments.
 * TRUST_LAYOUT_FOREIGN, and all of `parseTrust` for the text before and after.
 */
export function editTrust(
  bytes: Uint8Array | null,
  edit: (document: TrustDocument) => TrustDocument,
  options: { readonly rewrite?: boolean } = {},
): EditedTrust {
  const before = bytes && parseTrust(bytes);
  const old = bytes ? documentIn(bytes) : EMPTY;
  const remarks = bytes ? keptRemarks(bytes, old, options.rewrite === true) : NO_REMARKS;
  const edited = edit({ ...old, metadata: { ...old.metadata, version: old.metadata.version + 1 } });
  const text = withRemarks(layOut(plain(edited)), remarks);
  const written = Buffer.from(text);
  const after = parseTrust(written);
  if (canonicalJson(documentIn(written)) !== canonicalJson(edited))
    throw new TypeError("What was written to trust.yaml is not what is read from it.");
  return { before, after, text };
}

/** The registry of a trust.yaml that has an edit already; null when it has not. All of `parseTrust`. */
export function trustWith(bytes: Uint8Array, { isIn }: Pick<TrustEdit, "isIn">): TrustRegistry | null {
  const registry = parseTrust(bytes);
  return isIn(documentIn(bytes)) ? registry : null;
}

const EMPTY: TrustDocument = {
  apiVersion: "modelgate/v1",
  kind: "TrustPolicy",
  metadata: { version: 0, owners: [] },
  principals: [],
};

/** The file as it stands; `parseTrust` has found nothing wrong with it. */
function documentIn(bytes: Uint8Array): TrustDocument {
  return parseYaml(bytes, TRUST_FILE, TRUST_SIZE_LIMIT).value as TrustDocument;
}

function keptRemarks(bytes: Uint8Array, document: TrustDocument, rewrite: boolean): Remarks {
  const remarks = remarksIn(new TextDecoder().decode(bytes), layOut(plain(document)));
  if (remarks) return remarks;
  if (rewrite) return NO_REMARKS;
  const message = `${TRUST_FILE} is not laid out as modelgate lays it out.`;
  throw gateError("TRUST_LAYOUT_FOREIGN", message, { where: { file: TRUST_FILE } });
}

/** Whatever keys the file has, also those that no edit knows, are carried along. */
function plain(document: TrustDocument): Readonly<Record<string, Plain>> {
  return document as unknown as Readonly<Record<string, Plain>>;
}
