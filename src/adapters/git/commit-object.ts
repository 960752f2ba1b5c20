import { gateError } from "../../errors.ts";
import type { CommitFacts } from "../../ports/git.ts";
import type { GitObject } from "./objects.ts";

/** The parts of a raw commit object that the ledger reads: headers until the blank line, then the message. */
export function parseCommit(object: GitObject): CommitFacts {
  const text = object.bytes.toString("utf8");
  const end = text.indexOf("\n\n");
  const headers = (end < 0 ? text : text.slice(0, end)).split("\n");
  const committer = parsePerson(object.id, headers, "committer");
  return {
    commit: object.id,
    parents: headers.filter((line) => line.startsWith("parent ")).map((line) => line.slice("parent ".length)),
    author: parsePerson(object.id, headers, "author").who,
    committedAt: committer.at,
    signed: headers.some((line) => line.startsWith("gpgsig")),
    message: end < 0 ? "" : text.slice(end + 2),
  };
}

function parsePerson(id: string, headers: readonly string[], role: string): { who: string; at: Date } {
  const line = headers.find((each) => each.startsWith(`${role} `)) ?? "";
  const match = /^\S+ (.*>) (\d{1,12}) [+-]\d{4}$/.exec(line);
  if (!match) throw gateError("GIT_OBJECT_CORRUPT", `The commit ${id} has no readable ${role}.`);
  return { who: match[1] ?? "", at: new Date(Number(match[2]) * 1000) };
}
