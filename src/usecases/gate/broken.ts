import { type Broken, MOST_BROKEN } from "../../domain/broken.ts";
import { GateError, type Problem, tried } from "../../errors.ts";

const LONGEST = 400;

/** What was read, or the refusal of what a commit holds. That the tool or the clone broke is no such refusal: it is thrown. */
export async function triedContent<T>(read: () => Promise<T>): Promise<T | GateError> {
  const found = await tried(read);
  if (found instanceof GateError && found.exitCode === 3) throw found;
  return found;
}

/** The same, with something else in place of a refusal. */
export async function contentOr<T, E>(otherwise: E, read: () => Promise<T>): Promise<T | E> {
  const found = await triedContent(read);
  return found instanceof GateError ? otherwise : found;
}

/** A refusal as a verdict tells it. `file`: where a problem names none. */
export function brokenBy(
  { problems }: GateError,
  of: { readonly file: string; readonly instead: string | null },
): readonly Broken[] {
  const all = problems.map((one): Broken => {
    const file = one.where?.file ?? of.file;
    const short = file.slice(0, LONGEST).toWellFormed();
    return { file: short, reason: one.code, says: sayWithoutCommit(one, file), instead: of.instead };
  });
  return sortedBroken(all);
}

/** Sorted, each once, and no more than a verdict tells. */
export function sortedBroken(all: readonly Broken[]): readonly Broken[] {
  const unique = new Map(all.map((one) => [JSON.stringify([one.file, one.reason, one.says]), one]));
  return [...unique.keys()]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .slice(0, MOST_BROKEN)
    .flatMap((key) => unique.get(key) ?? []);
}

/** A verdict is derived again on later commits with the same content: what names the commit would differ. */
function sayWithoutCommit({ code, message }: Problem, file: string): string {
  const text = code === "GIT_NOT_A_FILE" ? `${file} is no regular file.` : message;
  return text.slice(0, LONGEST).toWellFormed();
}
