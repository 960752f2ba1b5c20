import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GateError, gateError } from "../../errors.ts";
import type { GitRemote } from "../../ports/git.ts";
import type { Setting } from "./environment.ts";
import { printable } from "./failures.ts";
import { safeRevision } from "./names.ts";
import { type GitPlace, gitText, runGit } from "./run.ts";

/** The commit that is wanted, and one that both sides know. */
export interface Wanted {
  readonly commit: string;
  readonly have: string;
}

/**
 * Fetches a commit into the objects of a repository, from a folder of our own: the repository's configuration, which may
 * name proxies, other addresses and programs, has no say in where the credentials go. GIT_FETCH_FAILED.
 */
export async function fetchCommit(place: GitPlace, from: GitRemote, wanted: Wanted): Promise<void> {
  const objects = await gitText(place, ["rev-parse", "--path-format=absolute", "--git-path", "objects"]);
  const folder = await mkdtemp(join(tmpdir(), "modelgate-fetch-"));
  try {
    await fetchInto(objects, { cwd: folder, env: place.env }, { from, wanted });
  } catch (error) {
    throw asFetchFailure(error, from);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchInto(
  objects: string,
  scratch: GitPlace,
  { from, wanted }: { from: GitRemote; wanted: Wanted },
): Promise<void> {
  const format = wanted.commit.length === 64 ? "sha256" : "sha1";
  await runGit(scratch, ["init", "--quiet", "--bare", "--template=", `--object-format=${format}`, "."]);
  const borrowed = { GIT_OBJECT_DIRECTORY: objects };
  // What a branch names is told to the other side, so that only what is new is sent.
  await runGit(scratch, ["update-ref", "refs/heads/have", safeRevision(wanted.have)], {
    variables: borrowed,
  });
  const flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"];
  await runGit(scratch, ["fetch", ...flags, from.url, safeRevision(wanted.commit)], {
    settings: connection(from),
    variables: { ...borrowed, GIT_ALLOW_PROTOCOL: protocolOf(from), GIT_ASKPASS: "" },
  });
}

/** The header is bound to the address; a redirect would carry it elsewhere. A server that falls silent is given up. */
function connection({ url, authorization }: GitRemote): Setting[] {
  return [
    ["protocol.version", "2"],
    ["credential.helper", ""],
    ["http.followRedirects", "false"],
    ["http.lowSpeedLimit", "1000"],
    ["http.lowSpeedTime", "30"],
    [`http.${url}.extraHeader`, `Authorization: ${authorization}`],
  ];
}

function protocolOf({ url }: GitRemote): string {
  const { protocol } = new URL(url);
  if (protocol === "https:" || protocol === "http:") return protocol.slice(0, -1);
  throw gateError("GIT_FETCH_FAILED", `${printable(url)} is no web address.`);
}

function asFetchFailure(error: unknown, { url, authorization }: GitRemote): unknown {
  if (!(error instanceof GateError) || error.code === "GIT_NO_SPACE" || error.code === "GIT_MISSING")
    return error;
  const text = error.problems[0].message.replaceAll(authorization, "***");
  return gateError("GIT_FETCH_FAILED", `From ${printable(url)}: ${text}`, { cause: error });
}
