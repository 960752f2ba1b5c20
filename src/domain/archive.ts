import { crc32, inflateRawSync } from "node:zlib";
import { gateError } from "../errors.ts";
import { isArtifactPath } from "./artifact-names.ts";

/** Bounds on what comes out of an archive. */
export interface ArchiveLimits {
  /** All files together, unpacked. */
  readonly bytes: number;
  readonly files: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_SIZE = 22;
const ENTRY_SIZE = 46;
const LOCAL_SIZE = 30;
const MAX_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;

/**
 * The files of a ZIP archive, in memory. The central directory alone counts (APPNOTE 4.3.12); names are allow-listed, every
 * entry is a regular file, sizes and checksums are those that were told. ARTIFACT_INVALID, ARTIFACT_TOO_LARGE.
 */
export function readArchive(bytes: Buffer, limits: ArchiveLimits): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let left = limits.bytes;
  for (const entry of entriesOf(bytes, limits.files)) {
    if (files.has(entry.name)) throw invalid(`It has two files ${entry.name}.`);
    if (entry.size > left) throw tooLarge(`Its files are over ${limits.bytes} bytes.`);
    left -= entry.size;
    files.set(entry.name, contentOf(bytes, entry));
  }
  return files;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packed: number;
  readonly size: number;
  /** Where its local header starts. */
  readonly offset: number;
}

function entriesOf(bytes: Buffer, most: number): readonly Entry[] {
  const end = endOf(bytes);
  const count = bytes.readUInt16LE(end + 10);
  if (count > most) throw tooLarge(`It has ${count} files, more than ${most}.`);
  const entries: Entry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let n = 0; n < count; n += 1) {
    if (at + ENTRY_SIZE > end || bytes.readUInt32LE(at) !== ENTRY) throw invalid("Its directory is damaged.");
    entries.push(readEntry(bytes, at));
    at +=
      ENTRY_SIZE + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** The end record is last, but for a comment. */
function endOf(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - END_SIZE - MAX_COMMENT);
  for (let at = bytes.length - END_SIZE; at >= first; at -= 1) if (bytes.readUInt32LE(at) === END) return at;
  throw invalid("It is no ZIP archive.");
}

function readEntry(bytes: Buffer, at: number): Entry {
  const name = bytes.toString("latin1", at + ENTRY_SIZE, at + ENTRY_SIZE + bytes.readUInt16LE(at + 28));
  const shown = JSON.stringify(name.slice(0, 100));
  if (!isArtifactPath(name))
    throw invalid(`It has a file ${shown}, a name that no artifact of modelgate has.`);
  // Made on another system than Unix, the upper half is 0.
  const type = (bytes.readUInt32LE(at + 38) >>> 16) & FILE_TYPE;
  if (type !== 0 && type !== REGULAR) throw invalid(`${shown} is no regular file.`);
  if ((bytes.readUInt16LE(at + 8) & ENCRYPTED) !== 0) throw invalid(`${shown} is encrypted.`);
  return {
    name,
    method: bytes.readUInt16LE(at + 10),
    checksum: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    offset: bytes.readUInt32LE(at + 42),
  };
}

function contentOf(bytes: Buffer, entry: Entry): Uint8Array {
  const { offset, packed, size, checksum, name } = entry;
  const isLocal = offset + LOCAL_SIZE <= bytes.length && bytes.readUInt32LE(offset) === LOCAL;
  if (!isLocal) throw invalid(`${name} is not where the directory says.`);
  const start = offset + LOCAL_SIZE + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  if (start + packed > bytes.length) throw invalid(`${name} is cut off.`);
  const content = unpacked(bytes.subarray(start, start + packed), entry);
  if (content.length !== size || crc32(content) !== checksum) throw invalid(`${name} is damaged.`);
  return content;
}

function unpacked(packed: Buffer, { method, size, name }: Entry): Buffer {
  if (method === STORED) return Buffer.from(packed);
  if (method !== DEFLATED) throw invalid(`${name} is packed in an unknown way.`);
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw invalid(`${name} is damaged, or unpacks to more than the ${size} bytes that it says.`);
  }
}

function invalid(message: string): Error {
  return gateError("ARTIFACT_INVALID", message);
}

function tooLarge(message: string): Error {
  return gateError("ARTIFACT_TOO_LARGE", message);
}
