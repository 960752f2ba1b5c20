import { problem, type Problem } from "../../errors.ts";
import type { ReasonCode } from "../reasons/catalogue.ts";

/** Formats that only ever hold pickles or containers of them, by the end of the name. */
const BY_NAME: readonly (readonly [pattern: RegExp, code: ReasonCode, format: string])[] = [
  [/\.(?:pkl|pickle|joblib|dill|cloudpickle)$/i, "MANIFEST_FILE_PICKLE", "a Python pickle"],
  [/\.(?:pt|pth|ckpt)$/i, "MANIFEST_FILE_PICKLE", "a PyTorch checkpoint"],
  [/\.(?:keras|h5|hdf5)$/i, "MANIFEST_FILE_ARCHIVE", "a Keras or HDF5 file"],
  [/\.(?:zip|npz|gz|tgz|tar|bz2|xz|zst|7z|whl|egg|jar)$/i, "MANIFEST_FILE_ARCHIVE", "an archive"],
];

const BY_MAGIC: readonly (readonly [bytes: string, code: ReasonCode, format: string])[] = [
  ["PK\x03\x04", "MANIFEST_FILE_ARCHIVE", "a zip archive (PyTorch, Keras, npz …)"],
  ["PK\x05\x06", "MANIFEST_FILE_ARCHIVE", "an empty zip archive"],
  ["\x89HDF\r\n\x1a\n", "MANIFEST_FILE_ARCHIVE", "an HDF5 file (Keras …)"],
  ["\x1f\x8b\x08", "MANIFEST_FILE_ARCHIVE", "a gzip archive"],
  ["BZh", "MANIFEST_FILE_ARCHIVE", "a bzip2 archive"],
  ["\xfd7zXZ\x00", "MANIFEST_FILE_ARCHIVE", "an xz archive"],
  ["7z\xbc\xaf\x27\x1c", "MANIFEST_FILE_ARCHIVE", "a 7z archive"],
];

const TEXT = /\.(?:json|md|txt|csv|py|ya?ml)$|(?:^|\/)[A-Z]+$/;
const LFS_POINTER = /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v1\n/;
const LFS_OID = /\noid (sha256:[0-9a-f]{64})\n/;

/** Pickle protocols 2 to 5 begin with PROTO and a version; what may follow tells them from raw weights (pickletools). */
// oxlint-disable-next-line no-control-regex -- the bytes of a format
const BINARY_PICKLE = /^\x80(?:[\x04\x05]\x95[^]{4}\x00{4}|[\x02-\x05][\]})(cXKMJBCGNT\x8a\x8c])/;
/** Protocols 0 and 1: a mark with a container, or a global `cmodule\nname\n`. */
const TEXT_PICKLE = /^(?:\([dl]p\d+\n|\(i?[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n|c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n)/;
/** `descr` of a NumPy header that says Python objects (numpy.lib.format). */
const NUMPY_OBJECTS = /^\x93NUMPY[^]*?'descr':[^}]*?'[|<>=]?O\d*'/;

/**
 * What may not be in a version folder, by name and by the first bytes: MANIFEST_FILE_LFS_POINTER, MANIFEST_FILE_PICKLE,
 * MANIFEST_FILE_ARCHIVE. `expected` is the digest that the manifest names, if any.
 */
export function contentProblem(
  file: { path: string; head: Uint8Array },
  expected?: string,
): Problem | undefined {
  const head = Buffer.from(file.head).toString("latin1");
  if (LFS_POINTER.test(head)) return lfsProblem(file.path, head, expected);
  const found = forbiddenFormat(file.path, head);
  if (!found) return undefined;
  return problem(found[0], `The file is ${found[1]}.`, { where: { file: file.path } });
}

function forbiddenFormat(path: string, head: string): readonly [ReasonCode, string] | undefined {
  const magic = BY_MAGIC.find(([bytes]) => head.startsWith(bytes));
  if (magic) return [magic[1], magic[2]];
  if (BINARY_PICKLE.test(head)) return ["MANIFEST_FILE_PICKLE", "a Python pickle"];
  if (NUMPY_OBJECTS.test(head)) return ["MANIFEST_FILE_PICKLE", "a NumPy array of Python objects"];
  if (!TEXT.test(path) && TEXT_PICKLE.test(head))
    return ["MANIFEST_FILE_PICKLE", "a Python pickle (protocol 0)"];
  if (head.slice(257, 262) === "ustar") return ["MANIFEST_FILE_ARCHIVE", "a tar archive"];
  const named = BY_NAME.find(([pattern]) => pattern.test(path));
  return named && [named[1], `${named[2]}, by its name`];
}

function lfsProblem(path: string, head: string, expected: string | undefined): Problem {
  const oid = LFS_OID.exec(head)?.[1];
  const same = oid !== undefined && oid === expected;
  const message = same
    ? "The file is a Git LFS pointer to the bytes that the manifest names; they were not fetched."
    : "The file is a Git LFS pointer, and to other bytes than the manifest names.";
  return problem("MANIFEST_FILE_LFS_POINTER", message, { where: { file: path } });
}
