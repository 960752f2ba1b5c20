import type { BareRepository } from "./bare.ts";
import { verifiedKey, type Signer } from "./ssh-signature.ts";

/** Name, e-mail and time of an author or committer; the time is in seconds since 1970, written as UTC. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly seconds: number;
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface Commit extends NewCommit {
  readonly sha: string;
  /** Armored signature and the bytes that it signs. */
  readonly signature: string | undefined;
  readonly payload: string;
}

/** What GitHub says about a commit's signature. */
export interface Verification {
  readonly verified: boolean;
  readonly reason: "valid" | "unsigned" | "unknown_key" | "invalid";
  readonly signature: string | null;
  readonly payload: string | null;
  readonly verified_at: string | null;
}

/** Committer of everything that GitHub itself commits. */
export const WEB_FLOW = { name: "GitHub", email: "noreply@github.com" } as const;

/** Writes a commit object, signed when a signer is given, and returns its id. */
export async function writeCommit(
  bare: BareRepository,
  commit: NewCommit,
  signer: Signer | undefined,
): Promise<string> {
  const head = headerOf(commit);
  const payload = `${head}\n${commit.message}`;
  const signature = signer?.sign(Buffer.from(payload));
  const raw =
    signature === undefined
      ? payload
      : `${head}gpgsig ${signature.replaceAll("\n", "\n ")}\n\n${commit.message}`;
  const sha = await bare.bytes(["hash-object", "-t", "commit", "-w", "--stdin"], raw);
  return sha.toString().trim();
}

function headerOf({ tree, parents, author, committer }: NewCommit): string {
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${personText(author)}`,
    `committer ${personText(committer)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function personText({ name, email, seconds }: Signature): string {
  return `${name} <${email}> ${seconds} +0000`;
}

export async function readCommit(bare: BareRepository, sha: string): Promise<Commit> {
  return parseCommit(sha, (await bare.fixed("cat-file", "commit", sha)).toString("utf8"));
}

function parseCommit(sha: string, raw: string): Commit {
  const end = raw.indexOf("\n\n");
  const unfolded = raw.slice(0, end).replaceAll("\n ", "\0");
  const headers = unfolded.split("\n").map((line) => {
    const space = line.indexOf(" ");
    return [line.slice(0, space), line.slice(space + 1).replaceAll("\0", "\n")] as const;
  });
  const all = (name: string): string[] => headers.filter(([key]) => key === name).map(([, value]) => value);
  const message = raw.slice(end + 2);
  const signed = unfolded.split("\n").filter((line) => !line.startsWith("gpgsig"));
  return {
    sha,
    tree: all("tree")[0] ?? "",
    parents: all("parent"),
    author: parsePerson(all("author")[0] ?? ""),
    committer: parsePerson(all("committer")[0] ?? ""),
    message,
    signature: all("gpgsig")[0],
    payload: `${signed.join("\n").replaceAll("\0", "\n ")}\n\n${message}`,
  };
}

function parsePerson(text: string): Signature {
  const match = /^(.*?) ?<(.*)> (\d+)/.exec(text);
  return { name: match?.[1] ?? "", email: match?.[2] ?? "", seconds: Number(match?.[3] ?? 0) };
}

/** GitHub's verdict: the key that signed must be its own or one that an account has registered. */
export function verificationOf(commit: Commit, trusted: ReadonlySet<string>): Verification {
  const { signature, payload } = commit;
  if (signature === undefined) {
    return { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };
  }
  const key = verifiedKey(signature, Buffer.from(payload));
  if (key === undefined) return { verified: false, reason: "invalid", signature, payload, verified_at: null };
  const known = trusted.has(key);
  const verified_at = known ? toIso(commit.committer.seconds) : null;
  return { verified: known, reason: known ? "valid" : "unknown_key", signature, payload, verified_at };
}

export function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
