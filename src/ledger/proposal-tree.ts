import { hash } from "node:crypto";
import { differingEntries, type RawEntry, type TreeReader } from "./audit/raw-tree.ts";

const FOLDER = "40000";
const FILE = "100644";

/**
 * The id of the tree that a root tree becomes when files are written into it, as git would compute it; nothing is
 * stored, and only folders on the way are read. Paths are UTF-8. Throws GIT_OBJECT_CORRUPT.
 */
export async function treeWith(
  read: TreeReader,
  root: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<string> {
  return folderWith(read, root, { files, algorithm: root.length === 64 ? "sha256" : "sha1" });
}

interface Writing {
  /** By path relative to the folder that is written. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly algorithm: "sha1" | "sha256";
}

async function folderWith(
  read: TreeReader,
  id: string | null,
  { files, algorithm }: Writing,
): Promise<string> {
  const entries = id === null ? new Map<string, RawEntry>() : await entriesOf(read, id);
  const below = Map.groupBy(files, ([path]) => path.split("/", 1)[0] ?? "");
  for (const [name, inside] of below) {
    const file = files.get(name);
    const key = Buffer.from(name).toString("latin1");
    if (file) entries.set(key, { mode: FILE, id: objectId("blob", file, algorithm) });
    else {
      const rest = new Map(inside.map(([path, bytes]) => [path.slice(name.length + 1), bytes]));
      const before = entries.get(key);
      const folder = before?.mode === FOLDER ? before.id : null;
      entries.set(key, { mode: FOLDER, id: await folderWith(read, folder, { files: rest, algorithm }) });
    }
  }
  return objectId("tree", encoded(entries), algorithm);
}

async function entriesOf(read: TreeReader, id: string): Promise<Map<string, RawEntry>> {
  const found = differingEntries(null, await read(id)).flatMap(({ after }) => after ?? []);
  return new Map(found.map(({ name, mode, id: entry }) => [name, { mode, id: entry }]));
}

/** Git sorts a folder as if its name ended in a slash. */
function encoded(entries: ReadonlyMap<string, RawEntry>): Buffer {
  const keyed = [...entries].map(([name, entry]) => ({
    key: Buffer.from(entry.mode === FOLDER ? `${name}/` : name, "latin1"),
    bytes: [Buffer.from(`${entry.mode} ${name}\0`, "latin1"), Buffer.from(entry.id, "hex")],
  }));
  return Buffer.concat(keyed.toSorted((a, b) => a.key.compare(b.key)).flatMap(({ bytes }) => bytes));
}

function objectId(type: "blob" | "tree", bytes: Uint8Array, algorithm: Writing["algorithm"]): string {
  return hash(algorithm, Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]), "hex");
}
