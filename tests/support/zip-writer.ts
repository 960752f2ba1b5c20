import { crc32, deflateRawSync } from "node:zlib";

/** A file of an archive; what is left out is honest. */
export interface ZipEntry {
  readonly name: string;
  readonly content: string | Buffer;
  /** Unix mode with the type of the file. */
  readonly mode?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly checksum?: number;
  /** Unpacked size, as the archive tells it. */
  readonly size?: number;
  readonly offset?: number;
}

/** Writes a ZIP archive entry by entry as told, honest or not (APPNOTE 4.3). */
export function zip(entries: readonly ZipEntry[], comment = ""): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const body = localEntry(entry);
    directory.push(centralEntry(entry, offset));
    bodies.push(body);
    offset += body.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...bodies, central, end, Buffer.from(comment)]);
}

function packed({ content, method = 8 }: ZipEntry): Buffer {
  return method === 8 ? deflateRawSync(content) : Buffer.from(content);
}

function localEntry(entry: ZipEntry): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(Buffer.byteLength(entry.name), 26);
  return Buffer.concat([header, Buffer.from(entry.name), packed(entry)]);
}

function centralEntry(entry: ZipEntry, offset: number): Buffer {
  const { name, content, mode = 0o100644, method = 8, flags = 0 } = entry;
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(entry.checksum ?? crc32(content), 16);
  header.writeUInt32LE(packed(entry).length, 20);
  header.writeUInt32LE(entry.size ?? Buffer.byteLength(content), 24);
  header.writeUInt16LE(Buffer.byteLength(name), 28);
  header.writeUInt32LE(mode * 0x10000, 38);
  header.writeUInt32LE(entry.offset ?? offset, 42);
  return Buffer.concat([header, Buffer.from(name)]);
}
