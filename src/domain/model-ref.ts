/** One version of one model, written `flight-delay@1.1.0`. */
export interface ModelRef {
  readonly id: string;
  readonly version: string;
}

const MODEL_ID = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

/** Lower case, at most 64 characters, and a legal part of a branch name, which may not end in ".lock". */
export function isModelId(text: string): boolean {
  return MODEL_ID.test(text) && !text.includes("..") && !text.endsWith(".lock");
}

/** The grammar of semver.org without build metadata: three numbers, and identifiers behind a dash. */
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?$/;

/** Strict SemVer 2.0.0, no leading `v`, no build metadata, numbers that are safe integers, at most 64 characters. */
export function isVersion(text: string): boolean {
  const numbers = text.length <= 64 ? VERSION.exec(text)?.slice(1, 4) : undefined;
  return numbers?.every((number) => Number.isSafeInteger(Number(number))) ?? false;
}

/**
 * What is wrong with a version that is none, and what to write instead, as one sentence; null for one that is, and where no
 * more can be said than that it is no strict SemVer.
 */
export function versionComplaint(text: string): string | null {
  if (isVersion(text) || text.length > 64) return null;
  const [, core = "", build = ""] = /^([^+]+)\+(.+)$/.exec(text) ?? [];
  if (isVersion(core)) return buildComplaint(core, build);
  const plain = text.replace(/^v/i, "");
  if (plain !== text && isVersion(plain)) return `A version has no leading v: write ${plain}.`;
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(text)) {
    const [major, minor = "0"] = text.split(".").map((part) => String(Number(part)));
    return `A version has three numbers: write ${major}.${minor}.0.`;
  }
  return null;
}

function buildComplaint(core: string, build: string): string {
  const suffix = `${core}${core.includes("-") ? "." : "-"}${build}`;
  const pre = isVersion(suffix) ? `, or ${suffix} for a pre-release` : "";
  return `+${build} is build metadata, which does not tell two versions apart: write ${core}${pre}.`;
}

/** `undefined` when the text is not `id@version`. */
export function parseModelRef(text: string): ModelRef | undefined {
  const at = text.indexOf("@");
  const id = text.slice(0, at);
  const version = text.slice(at + 1);
  return at > 0 && isModelId(id) && isVersion(version) ? { id, version } : undefined;
}

export function formatModelRef(ref: ModelRef): string {
  return `${ref.id}@${ref.version}`;
}

/** Folder of a version in the registry, relative to the repository's root. */
export function versionFolder(ref: ModelRef): string {
  return `models/${ref.id}/${ref.version}`;
}
