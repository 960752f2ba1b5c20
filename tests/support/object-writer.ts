import { createHash, type KeyObject, sign } from "node:crypto";
import { deflateSync } from "node:zlib";
import { digestOf } from "../../src/domain/digest.ts";
import type { Disguise, GitObjects, ObjectDigest, RawObject } from "../../src/ports/git-objects.ts";
import { publicKeyFromKeyObject } from "../../src/trust/public-key.ts";
import { armor, encodeSshSignature, signedData } from "../../src/trust/ssh/sshsig.ts";

const CODES: Readonly<Record<string, number>> = { commit: 1, tree: 2, blob: 3 };

/** What a commit says besides its tree. `extra` are header lines after the committer, each with its LF. */
export interface CommitText {
  readonly parents: readonly string[];
  readonly message: string;
  readonly seconds: number;
  readonly signWith: KeyObject | null;
  readonly extra?: string;
  /** Not on the line. */
  readonly aside?: boolean;
}

/** Git's objects in memory: written as git writes them, read as the audit reads them, and handed over as one pack. */
export class ObjectWriter implements GitObjects {
  readonly #objects = new Map<string, RawObject>();
  readonly #line: string[] = [];
  found: readonly Disguise[] = [];

  async line(head: string): Promise<readonly string[]> {
    const at = this.#line.indexOf(head);
    return at < 0 ? [] : this.#line.slice(0, at + 1);
  }

  async object(id: string): Promise<RawObject | undefined> {
    return this.#objects.get(id);
  }

  /** Ids that were asked for by content, in their order. */
  readonly hashed: string[] = [];

  async digest(id: string): Promise<ObjectDigest | undefined> {
    this.hashed.push(id);
    const object = this.#objects.get(id);
    if (!object) return undefined;
    const { type, bytes } = object;
    return { id, type, digest: digestOf(bytes), size: bytes.length, head: bytes.subarray(0, 4096) };
  }

  async disguises(): Promise<readonly Disguise[]> {
    return this.found;
  }

  /** The commits of the first-parent line so far, oldest first. */
  get commits(): readonly string[] {
    return this.#line;
  }

  /** Takes the newest commit off the line again; its objects stay. */
  forget(commit: string): void {
    if (this.#line.at(-1) === commit) this.#line.pop();
  }

  add(type: string, content: Uint8Array | string): string {
    const bytes = Buffer.from(content);
    const id = createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
    this.#objects.set(id, { id, type, bytes });
    return id;
  }

  /** A commit that is the next of the line, signed in the form of `git commit -S` with an SSH key. */
  commit(tree: string, of: CommitText): string {
    const head = [`tree ${tree}`, ...of.parents.map((parent) => `parent ${parent}`)].join("\n");
    const person = `Ada <ada@example.org> ${of.seconds} +0000`;
    const start = `${head}\nauthor ${person}\ncommitter ${person}\n${of.extra ?? ""}`;
    const rest = `\n${of.message}`;
    const header = of.signWith ? signatureHeader(Buffer.from(start + rest), of.signWith) : "";
    const id = this.add("commit", `${start}${header}${rest}`);
    if (!of.aside) this.#line.push(id);
    return id;
  }

  /** All objects as a pack file, version 2, without deltas (gitformat-pack(5)). */
  *pack(): Generator<Buffer> {
    const hash = createHash("sha1");
    const head = Buffer.alloc(12);
    head.write("PACK");
    head.writeUInt32BE(2, 4);
    head.writeUInt32BE(this.#objects.size, 8);
    hash.update(head);
    yield head;
    for (const { type, bytes } of this.#objects.values()) {
      const entry = Buffer.concat([entryHeader(type, bytes.length), deflateSync(bytes, { level: 1 })]);
      hash.update(entry);
      yield entry;
    }
    yield hash.digest();
  }
}

function entryHeader(type: string, size: number): Buffer {
  const bytes = [((CODES[type] ?? 0) << 4) | (size & 15)];
  for (let left = Math.floor(size / 16); left > 0; left = Math.floor(left / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 128;
    bytes.push(left & 127);
  }
  return Buffer.from(bytes);
}

/** `gpgsig` over a commit's bytes, as ssh-keygen would make it for an Ed25519 key. */
export function signatureHeader(payload: Uint8Array, key: KeyObject, namespace = "git"): string {
  const data = signedData({ payload, namespace, hash: "sha512" });
  const blob = encodeSshSignature({
    key: publicKeyFromKeyObject(key),
    namespace,
    hash: "sha512",
    algorithm: "ssh-ed25519",
    signature: sign(null, data, key),
  });
  return `gpgsig ${armor(blob).trimEnd().replaceAll("\n", "\n ")}\n`;
}

interface Folder {
  readonly entries: Map<string, Folder | string>;
  id: string | null;
}

/** A tree that changes from commit to commit; only folders that changed are written again. */
export class WorkTree {
  readonly #objects: ObjectWriter;
  readonly #root: Folder;

  constructor(objects: ObjectWriter, root: Folder = { entries: new Map(), id: null }) {
    this.#objects = objects;
    this.#root = root;
  }

  /** The same files, to be changed by themselves. */
  copy(): WorkTree {
    return new WorkTree(this.#objects, structuredClone(this.#root));
  }

  /** Null deletes. */
  write(path: string, content: Uint8Array | string | null): void {
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    let at = this.#root;
    at.id = null;
    for (const part of parts) {
      const next = at.entries.get(part);
      const folder: Folder = typeof next === "object" ? next : { entries: new Map(), id: null };
      at.entries.set(part, folder);
      at = folder;
      at.id = null;
    }
    if (content === null) at.entries.delete(name);
    else at.entries.set(name, this.#objects.add("blob", content));
  }

  /** The id of the root tree as it is now. */
  tree(): string {
    return this.#write(this.#root);
  }

  #write(folder: Folder): string {
    if (folder.id !== null) return folder.id;
    const entries = [...folder.entries].map(([name, child]) =>
      typeof child === "string"
        ? { name, order: name, mode: "100644", id: child }
        : { name, order: `${name}/`, mode: "40000", id: this.#write(child) },
    );
    entries.sort((a, b) => Buffer.compare(Buffer.from(a.order), Buffer.from(b.order)));
    const bytes = entries.flatMap(({ mode, name, id }) => [
      Buffer.from(`${mode} ${name}\0`),
      Buffer.from(id, "hex"),
    ]);
    folder.id = this.#objects.add("tree", Buffer.concat(bytes));
    return folder.id;
  }
}
