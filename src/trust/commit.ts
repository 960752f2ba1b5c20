import { hash } from "node:crypto";
import { gateError } from "../errors.ts";
import { CommitHeaders, type CommitPerson, type SignatureHeader } from "./commit-headers.ts";

export type { CommitPerson } from "./commit-headers.ts";

/** `x509` is CMS, as gitsign writes it: told apart so that it can be refused by name. */
export type SignatureKind = "ssh" | "openpgp" | "x509";

export interface CommitSignature {
  readonly kind: SignatureKind;
  /** The text that git stored, which ends with a line feed. */
  readonly armored: Uint8Array;
}

/** A commit as the bytes of its object say. `id`, `tree` and `parents` are lower-case hex, all of one length. */
export interface CommitObject {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: CommitPerson;
  readonly committer: CommitPerson;
  /** Of the message, when it is not UTF-8. */
  readonly encoding: string | null;
  readonly signature: CommitSignature | null;
  /** What the signature is over: the object without the signature's header, byte for byte. */
  readonly payload: Uint8Array;
  readonly message: Uint8Array;
}

/**
 * Reads the bytes of a commit object and proves that they are those of its id (SHA-1, or SHA-256 in repositories that
 * use it). Stricter than git: exactly the headers `tree`, `parent`…, `author`, `committer`, [`encoding`] and one
 * signature, in the order in which git writes them, so that a signature fits under one commit id only.
 * GIT_OBJECT_CORRUPT, COMMIT_MALFORMED, COMMIT_SIGNATURE_MALLEABLE, SIGNATURE_ARMOR_MALFORMED.
 */
export function parseCommitObject(id: string, raw: Uint8Array): CommitObject {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  requireId(id, bytes);
  const end = bytes.indexOf("\n\n") + 1;
  const headers = new CommitHeaders(id, bytes.toString("latin1", 0, end));
  if (end === 0) throw headers.malformed("there is no blank line after its headers");
  if (bytes.includes(0)) throw headers.malformed("it holds a NUL byte, after which git shows nothing");
  const tree = headers.objectId("tree");
  const parents = headers.parents();
  const author = headers.person("author");
  const committer = headers.person("committer");
  const encoding = headers.optional("encoding") ?? null;
  const signature = headers.signature(id.length === 64 ? "gpgsig-sha256" : "gpgsig");
  headers.end();
  return {
    id,
    tree,
    parents,
    author: readable(author, encoding),
    committer: readable(committer, encoding),
    encoding,
    signature: signature ? commitSignature(id, signature) : null,
    payload: signature ? without(bytes, signature) : bytes,
    message: bytes.subarray(end + 1),
  };
}

function requireId(id: string, bytes: Uint8Array): void {
  const algorithm = id.length === 64 ? "sha256" : "sha1";
  const real = hash(algorithm, Buffer.concat([Buffer.from(`commit ${bytes.length}\0`), bytes]));
  if (real !== id) {
    throw gateError("GIT_OBJECT_CORRUPT", `The bytes of commit ${JSON.stringify(id)} have the id ${real}.`);
  }
}

const KINDS: readonly (readonly [SignatureKind, string])[] = [
  ["ssh", "-----BEGIN SSH SIGNATURE-----\n"],
  ["openpgp", "-----BEGIN PGP SIGNATURE-----\n"],
  ["x509", "-----BEGIN SIGNED MESSAGE-----\n"],
];

function commitSignature(id: string, header: SignatureHeader): CommitSignature {
  const kind = KINDS.find(([, begin]) => header.text.startsWith(begin))?.[0];
  if (!kind) {
    throw gateError(
      "SIGNATURE_ARMOR_MALFORMED",
      `The signature of commit ${id} is of no kind that git writes.`,
    );
  }
  return { kind, armored: Buffer.from(header.text, "latin1") };
}

function without(bytes: Buffer, { start, end }: SignatureHeader): Buffer {
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

/** A name in the commit's own encoding; bytes that are none of it become U+FFFD. */
function readable(person: CommitPerson, encoding: string | null): CommitPerson {
  if (/^[\0-\x7f]*$/.test(person.who)) return person;
  return { ...person, who: decoder(encoding).decode(Buffer.from(person.who, "latin1")) };
}

function decoder(encoding: string | null): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding ?? "utf-8", { ignoreBOM: true });
  } catch {
    return new TextDecoder("utf-8");
  }
}
