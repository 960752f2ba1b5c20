import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { type Problem, problem } from "../../errors.ts";
import type { KeptOtherwise } from "../../ports/git.ts";
import type { RegistryPorts } from "./ports.ts";

const CODES = {
  ignored: "MANIFEST_FILE_IGNORED",
  hidden: "MANIFEST_FILE_HIDDEN",
  converted: "MANIFEST_FILE_CONVERTED",
  unseen: "MANIFEST_FILE_UNSEEN",
} as const satisfies Readonly<Record<KeptOtherwise["how"], ReasonCode>>;

/**
 * Files of version folders, and other files of the repository, that a commit would lack or hold with other bytes.
 * MANIFEST_FILE_IGNORED, MANIFEST_FILE_HIDDEN, MANIFEST_FILE_CONVERTED, MANIFEST_FILE_UNSEEN.
 */
export async function keptProblems(
  { git, files }: RegistryPorts,
  folders: readonly string[],
  others: readonly string[] = [],
): Promise<Problem[]> {
  const listed = await Promise.all(folders.map((folder) => files.list(folder)));
  // Links and odder things are refused by name.
  const paths = listed.flat().flatMap(({ path, kind }) => (kind === "file" && isPlain(path) ? [path] : []));
  const manifests = folders.map((folder) => `${folder}/manifest.json`);
  const asked = [...new Set([...paths, ...manifests, ...others.filter(isPlain)])];
  return (await git.keptOtherwise(asked, folders)).map(toProblem);
}

/** A path that git can be asked about, one on a line. */
function isPlain(path: string): boolean {
  return !/[\p{Cc}\\]/u.test(path) && !/(?:^|\/)(?:\.git|\.{1,2})(?:\/|$)/i.test(path);
}

function toProblem({ path, how, rule }: KeptOtherwise): Problem {
  const where = { file: path };
  switch (how) {
    case "ignored":
      return problem(CODES[how], `Git ignores the file: ${rule}`, {
        where,
        fix: `Add it all the same: git add -f ${path}`,
      });
    case "hidden":
      return problem(CODES[how], `Git does not look at the file any more: ${rule}.`, {
        where,
        fix: `Run: git update-index --no-${rule} ${path}. In a sparse checkout: git sparse-checkout add ${folderOf(path)}`,
      });
    case "converted":
      return problem(CODES[how], `A commit would hold other bytes than the file: ${rule}.`, { where });
    case "unseen":
      return problem(CODES[how], "Git does not see the file: another repository lies around it.", { where });
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
