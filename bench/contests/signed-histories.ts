import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { openSshLine, publicKeyFromKeyObject } from "../../src/trust/public-key.ts";
import { signatureHeader } from "../../tests/support/object-writer.ts";
import { FIXED_KEY, newKey, SyntheticHistory } from "../../tests/support/synthetic-history.ts";

/** A repository whose commits are signed, and the allowed signers file that git reads its key from. */
export interface SignedRepository {
  readonly folder: string;
  readonly signers: string;
  /** Commits of the line, oldest first. */
  readonly commits: readonly string[];
}

const MODELS = 10;

/**
 * Adoption, and then so many transitions, each gated, with its own evidence pack, in a commit signed by an Ed25519 key:
 * ten models through SHADOW, two canary phases, and then production or the kill switch.
 */
export function longHistory(folder: string, transitions: number): SignedRepository {
  const rounds = Math.ceil(transitions / MODELS / 4);
  const versions = Array.from({ length: rounds }, (_, round) => `1.${round}.0`);
  const models = Array.from({ length: MODELS }, (_, n) => `model-${n}`);
  const history = new SyntheticHistory({
    versions: models.flatMap((id) => versions.map((version) => ({ id, version }))),
  });
  let left = transitions;
  for (const [round, version] of versions.entries()) {
    for (const model of models) {
      for (const step of stepsOf(round)) {
        if (left > 0) history.promote({ model, version, ...step });
        left -= 1;
      }
    }
  }
  return repositoryOf(folder, history, history.objects.commits);
}

function stepsOf(round: number) {
  const last = round % 20 === 19 ? "PROMOTE_TO_PRODUCTION" : "DISABLE";
  return [
    { event: "PROMOTE_TO_SHADOW" },
    { event: "PROMOTE_TO_CANARY", phase: "5%" },
    { event: "PROMOTE_TO_CANARY", phase: "50%" },
    { event: last },
  ] as const;
}

const ADA = "Ada <ada@example.org> 1700000000 +0000";

/** Good commits, and beside them what git and the audit must both find no good signature on. */
export function tamperedHistory(folder: string): SignedRepository {
  const history = new SyntheticHistory({ versions: [{ id: "model-0", version: "1.0.0" }] });
  const commits = [history.head];
  const plain = (text: string): string =>
    [
      `tree ${history.tree.tree()}`,
      `parent ${history.head}`,
      `author ${ADA}`,
      `committer ${ADA}`,
      "",
      text,
      "",
    ].join("\n");
  const signed = (text: string, header: string): string => plain(text).replace("\n\n", `\n${header}\n`);
  const land = (text: string, make: ((text: string) => string) | null): void => {
    history.tree.write("NOTES.md", `${text}\n`);
    if (make) history.head = history.objects.add("commit", make(text));
    else history.commit(`${text}\n`);
    commits.push(history.head);
  };
  land("good", null);
  land("not signed", plain);
  land("edited after it was signed", (text) =>
    signed(text, signatureHeader(Buffer.from(plain("something else")), FIXED_KEY)),
  );
  land("good again", null);
  land("by an unknown key", (text) => signed(text, signatureHeader(Buffer.from(plain(text)), newKey())));
  land("signed for something else", (text) =>
    signed(text, signatureHeader(Buffer.from(plain(text)), FIXED_KEY, "file")),
  );
  land("good to the end", null);
  return repositoryOf(folder, history, commits);
}

function repositoryOf(
  folder: string,
  { objects, head, key }: SyntheticHistory,
  commits: readonly string[],
): SignedRepository {
  mkdirSync(folder, { recursive: true });
  execFileSync("git", ["init", "--quiet", "--initial-branch=main", folder]);
  const pack = join(folder, "history.pack");
  const file = openSync(pack, "w");
  for (const bytes of objects.pack()) writeSync(file, bytes);
  closeSync(file);
  const script = 'git -C "$0" index-pack --stdin < "$1" && git -C "$0" update-ref refs/heads/main "$2"';
  const { status, stderr } = spawnSync("sh", ["-c", script, folder, pack, head], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const signers = join(folder, "allowed_signers");
  const line = openSshLine(publicKeyFromKeyObject(key));
  writeFileSync(signers, `ada@example.org namespaces="git" ${line}\n`);
  writeFileSync(join(folder, "key.pem"), key.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
  return { folder, signers, commits };
}
