import { SIGNERS_FILE, TRUST_FILE } from "../domain/policy-files.ts";
import { formatModelRef, type ModelRef } from "../domain/model-ref.ts";
import { LEDGER_FILE } from "../domain/ledger.ts";
import { registryPlace } from "../domain/registry/version-paths.ts";
import { type Problem, problem } from "../errors.ts";

/** One path that differs, with the modes of its tree entries before and after; null where it is not there. */
export interface ChangedPath {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What a change is about. A change is of one governed kind, or it is refused. */
export const CHANGE_KINDS = ["registration", "promotion", "policy", "trust", "other"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface Classified {
  /** `other` also when nothing differs at all. When kinds are mixed, the first of them; `problems` says so. */
  readonly kind: ChangeKind;
  /** Versions with a path in the change, in its order. */
  readonly versions: readonly ModelRef[];
  /** What forbids the change whatever it says: mixtures, edits of what is immutable, hostile paths. */
  readonly problems: readonly Problem[];
}

const TRUST_FILES: ReadonlySet<string> = new Set([TRUST_FILE, SIGNERS_FILE]);
/**
 * Workflows, what they run, and owners: who changes them changes what is judged, as with a policy. Any workflow of the
 * repository can report a check of the gate's name.
 */
const WORKFLOW_FOLDERS = [".github/workflows", ".github/actions"];
const OWNERS: ReadonlySet<string> = new Set([".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"]);
const POLICY_FOLDERS = ["policies", "schemas", ...WORKFLOW_FOLDERS];

/**
 * The kind of one path. `models/<id>/<version>/` is a registration, `deployed.json` and `evidence/` a promotion,
 * `policies/trust.yaml` and what is made of it trust; the rest of `policies/`, `schemas/`, workflows and CODEOWNERS a
 * policy change; all else is other, also training code below `models/`.
 */
export function kindOfPath(path: string): ChangeKind {
  if (isAtOrBelow(path, LEDGER_FILE) || isAtOrBelow(path, "evidence")) return "promotion";
  if (TRUST_FILES.has(path)) return "trust";
  if (POLICY_FOLDERS.some((folder) => isAtOrBelow(path, folder))) return "policy";
  if (OWNERS.has(path)) return "policy";
  return registryPlace(path).kind === "other" ? "other" : "registration";
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/**
 * Says what a change is about, from its paths alone; its cost follows the change.
 * Problems: CHECK_MIXTURE, CHECK_PATH_HOSTILE, CHECK_CASE_TWIN, CHECK_LEDGER_DELETED, CHECK_EVIDENCE_IMMUTABLE,
 * MANIFEST_VERSION_IMMUTABLE.
 */
export function classify(changes: readonly ChangedPath[]): Classified {
  const byKind = Map.groupBy(changes, ({ path }) => kindOfPath(path));
  const kinds = CHANGE_KINDS.filter((kind) => byKind.has(kind));
  return {
    kind: kinds[0] ?? "other",
    versions: versionsOf(byKind.get("registration") ?? []),
    problems: [
      ...mixtureProblems(byKind),
      ...hostilePaths(changes),
      ...caseTwins(changes),
      ...changes.flatMap(immutableProblems),
    ],
  };
}

function versionsOf(changes: readonly ChangedPath[]): ModelRef[] {
  const found = new Map<string, ModelRef>();
  for (const { path } of changes) {
    const place = registryPlace(path);
    if (place.kind === "version") found.set(formatModelRef(place.ref), place.ref);
  }
  return [...found.values()];
}

const ALONE =
  "A promotion travels alone: take everything else out of its branch, or close this pull request and ask for the promotion again.";

/** A promotion travels alone; the other kinds only not with one another. */
function mixtureProblems(byKind: ReadonlyMap<ChangeKind, readonly ChangedPath[]>): Problem[] {
  const governed = CHANGE_KINDS.filter((kind) => byKind.has(kind) && kind !== "other");
  const mixed = byKind.has("promotion") && byKind.has("other") ? [...governed, "other" as const] : governed;
  if (mixed.length < 2) return [];
  const parts = mixed.map((kind) => `${kind} (${listed(byKind.get(kind) ?? [])})`);
  const message = `The change is a mixture of ${parts.join(" and ")}.`;
  const file = byKind.get(mixed[0] ?? "other")?.[0]?.path ?? "";
  const fix = byKind.has("promotion") ? { fix: ALONE } : {};
  return [problem("CHECK_MIXTURE", message, { where: { file }, ...fix })];
}

function listed(changes: readonly ChangedPath[]): string {
  return `${changes[0]?.path ?? ""}${changes.length > 1 ? ` and ${changes.length - 1} more` : ""}`;
}

function immutableProblems({ path, before, after }: ChangedPath): Problem[] {
  if (before === null) return [];
  const where = { file: path };
  const deed = after === null ? "deleted" : "edited";
  if (path === LEDGER_FILE && after === null)
    return [problem("CHECK_LEDGER_DELETED", `${LEDGER_FILE} is deleted.`, { where })];
  if (isAtOrBelow(path, "evidence"))
    return [problem("CHECK_EVIDENCE_IMMUTABLE", `Merged evidence is ${deed}.`, { where })];
  const place = registryPlace(path);
  if (place.kind !== "version") return [];
  const message = `${formatModelRef(place.ref)} is merged, and this file of it is ${deed}.`;
  return [problem("MANIFEST_VERSION_IMMUTABLE", message, { where })];
}

const GOVERNED_ROOTS = ["models", "evidence", "policies", "schemas", LEDGER_FILE];
const ODD_NAME = /[\p{C}\uFFFD\\]/u;

/** What a governed path may not be. A link or submodule above governed paths would move all of them. */
function hostilePaths(changes: readonly ChangedPath[]): Problem[] {
  return changes.flatMap(({ path, after }) => {
    const governed = kindOfPath(path) !== "other" || GOVERNED_ROOTS.some((root) => isAtOrBelow(path, root));
    const why = governed && after !== null ? hostility(path, after) : undefined;
    return why === undefined ? [] : [problem("CHECK_PATH_HOSTILE", why, { where: { file: path } })];
  });
}

function hostility(path: string, mode: string): string | undefined {
  if (mode === "120000") return "The path is a symbolic link.";
  if (mode === "160000") return "The path is a submodule.";
  if (GOVERNED_ROOTS.includes(path) && path !== LEDGER_FILE)
    return "The path is a file, and must be a folder.";
  if (path.startsWith(`${LEDGER_FILE}/`)) return `${LEDGER_FILE} is a folder, and must be a file.`;
  if (kindOfPath(path) === "promotion" && mode !== "100644") return `The path has the mode ${mode}.`;
  return ODD_NAME.test(path)
    ? `The name ${JSON.stringify(path.slice(0, 200))} is not plain text.`
    : undefined;
}

/** New paths that a case-insensitive, normalising file system takes for a governed one, or for one another. */
function caseTwins(changes: readonly ChangedPath[]): Problem[] {
  const seen = new Map<string, string>();
  return changes.flatMap(({ path, before, after }) => {
    const disguised = before === null && isDisguised(path);
    if (after === null || (kindOfPath(path) === "other" && !disguised)) return [];
    const key = folded(path);
    const other = seen.get(key) ?? (disguised ? key : undefined);
    seen.set(key, path);
    if (other === undefined) return [];
    const message = `${JSON.stringify(path)} and ${JSON.stringify(other)} are one name on some file systems.`;
    return [problem("CHECK_CASE_TWIN", message, { where: { file: path } })];
  });
}

/** Not governed as it is spelt, but governed once case and accents do not count. */
function isDisguised(path: string): boolean {
  const top = path.split("/")[0] ?? "";
  return !GOVERNED_ROOTS.includes(top) && GOVERNED_ROOTS.includes(folded(top));
}

/** Characters that HFS+ leaves out of a comparison, as git's core.protectHFS knows them, and others that nobody sees. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
/** What NTFS leaves out of a name: a stream behind a colon, dots and spaces at the end. */
const UNNAMED = /(?::.*|[. ]+)$/s;

/** Nearly all paths: nothing in them is left out or composed. */
const ASCII = /^[\x20-\x7e]*$/;
const FORGIVEN = /:|[. ](?:\/|$)/;

/** As case-insensitive, normalising, forgiving file systems compare names. */
export function folded(path: string): string {
  const plain = ASCII.test(path)
    ? path.toLowerCase()
    : path.replaceAll(UNSEEN, "").normalize("NFKC").toLowerCase().normalize("NFC");
  if (!FORGIVEN.test(plain)) return plain;
  return plain
    .split("/")
    .map((name) => name.replace(UNNAMED, ""))
    .join("/");
}
