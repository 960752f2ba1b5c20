import type { ModelRef } from "../../domain/model-ref.ts";
import type { Files } from "../../ports/files.ts";
import { type DraftVersion, draftVersion } from "./draft-version.ts";
import { scaffold, type ScaffoldOptions } from "./scaffold.ts";

export interface InitOptions extends ScaffoldOptions {
  /** A first model to start from; null for none. */
  readonly model: { readonly ref: ModelRef; readonly bytes: Uint8Array } | null;
}

export interface InitReport {
  readonly written: readonly string[];
  /** There already, with the very same bytes. */
  readonly unchanged: readonly string[];
  /** There already with other bytes, and left alone. */
  readonly leftAlone: readonly string[];
  /** What the author of the first model still has to supply. */
  readonly lacking: readonly string[];
  /** `models/<id>/draft-<version>`; null without a model. */
  readonly draft: string | null;
}

const READ_LIMIT = 2 ** 31 - 1;

/**
 * Scaffolds a repository that modelgate governs. Never overwrites a file; the same call twice writes nothing. Everything
 * that can be wrong with the request is told before the first file is written. Errors: INIT_*, MODEL_*, FILE_*.
 */
export async function init(ports: { readonly files: Files }, options: InitOptions): Promise<InitReport> {
  const draft = options.model === null ? null : draftVersion(options.model.ref, options.model.bytes);
  const wanted = new Map<string, Uint8Array | string>([...scaffold(options), ...(draft?.files ?? [])]);
  const report = { written: [] as string[], unchanged: [] as string[], leftAlone: [] as string[] };
  for (const [path, content] of wanted) report[await place(ports.files, path, content)].push(path);
  return { ...report, ...lackingOf(draft) };
}

/** Writes a file that is not there; also one that another process makes at this moment is left alone. */
async function place(
  files: Files,
  path: string,
  content: Uint8Array | string,
): Promise<"written" | "unchanged" | "leftAlone"> {
  const there = await files.readIfExists(path, READ_LIMIT);
  if (there !== undefined)
    return Buffer.compare(there, Buffer.from(content)) === 0 ? "unchanged" : "leftAlone";
  const change = { expected: new Map([[path, null]]), wanted: new Map([[path, content]]) };
  return (await files.swap(change)) ? "written" : "leftAlone";
}

function lackingOf(draft: DraftVersion | null): Pick<InitReport, "lacking" | "draft"> {
  return { lacking: draft?.lacking ?? [], draft: draft?.folder ?? null };
}
