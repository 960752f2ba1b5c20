import { createHash } from "node:crypto";

/** The files of a commit, by path. */
export type Tree = ReadonlyMap<string, Uint8Array>;

export function objectId(type: string, bytes: Uint8Array): string {
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
}

export function difference(base: Tree, head: Tree): string[] {
  const paths = [...new Set([...base.keys(), ...head.keys()])].toSorted(byBytes);
  return paths.filter(
    (path) => !Buffer.from(base.get(path) ?? "\0").equals(head.get(path) ?? Buffer.from("\0")),
  );
}

export function byPath(a: { path: string }, b: { path: string }): number {
  return byBytes(a.path, b.path);
}

export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
