import { problem, type Problem } from "../../errors.ts";

const SAFE = /^[A-Za-z0-9_][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;
const LONGEST = 255;

/** Names outside of plain ASCII (MANIFEST_FILE_NAME_UNSAFE) and names that some file systems take for one (…_TWIN). */
export function fileNameProblems(paths: readonly string[]): Problem[] {
  return [...paths.filter((path) => !isSafeName(path)).map(unsafeName), ...twins(paths)];
}

export function isSafeName(path: string): boolean {
  return path.length <= LONGEST && SAFE.test(path);
}

function unsafeName(path: string): Problem {
  const where = { file: path };
  return problem("MANIFEST_FILE_NAME_UNSAFE", `The name ${JSON.stringify(path)} is not plain ASCII.`, {
    where,
  });
}

/** NFC and lower case are what case-insensitive, normalising file systems compare. */
export function foldedName(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

function twins(paths: readonly string[]): Problem[] {
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  for (const path of paths) {
    const key = foldedName(path);
    const other = seen.get(key);
    if (other === undefined) seen.set(key, path);
    else problems.push(twin(path, other));
  }
  return problems;
}

function twin(path: string, other: string): Problem {
  const message = `${JSON.stringify(path)} and ${JSON.stringify(other)} are one name on some file systems.`;
  return problem("MANIFEST_FILE_NAME_TWIN", message, { where: { file: path } });
}
