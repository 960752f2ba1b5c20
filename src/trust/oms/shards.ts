import type { Document } from "../../domain/document/document.ts";
import { problem, type Problem, refuse } from "../../errors.ts";
import type { OmsResource } from "./resource.ts";

/** A signed file: the digests of its parts in order, lower-case hex; one when it was hashed whole. */
export interface SignedFile {
  readonly name: string;
  readonly digests: readonly string[];
  /** Bytes, as the parts cover them; null when it was hashed whole. */
  readonly size: number | null;
}

interface Shard {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly digest: string;
  readonly pointer: string;
}

/** The signed files of a statement. Names of parts are `path:start:end`, the end exclusive (OMS v1.0, §6.3.2). */
export function signedFiles(
  document: Document,
  resources: readonly OmsResource[],
  shardSize: number | null,
): readonly SignedFile[] {
  if (shardSize === null)
    return resources.map(({ name, digest }) => ({ name, digests: [digest], size: null }));
  const problems: Problem[] = [];
  const shards = resources.flatMap((resource, n) => {
    const shard = parseShard(resource, `/predicate/resources/${n}`);
    if (shard) return [shard];
    const message = `${JSON.stringify(resource.name.slice(0, 80))} names no part of a file.`;
    problems.push(invalid(document, `/predicate/resources/${n}/name`, message));
    return [];
  });
  const files = [...Map.groupBy(shards, ({ name }) => name)].map(([name, parts]) => {
    const sorted = parts.toSorted((a, b) => a.start - b.start);
    problems.push(...gaps(document, sorted, shardSize));
    return { name, digests: sorted.map(({ digest }) => digest), size: sorted.at(-1)?.end ?? 0 };
  });
  refuse(problems);
  return files;
}

/** A file name may hold colons, so the last two numbers count. */
function parseShard({ name, digest }: OmsResource, pointer: string): Shard | undefined {
  const match = /^(.+):(0|[1-9]\d{0,15}):([1-9]\d{0,15})$/s.exec(name);
  if (!match) return undefined;
  const [, path = "", start, end] = match;
  return { name: path, start: Number(start), end: Number(end), digest, pointer };
}

function gaps(document: Document, parts: readonly Shard[], shardSize: number): Problem[] {
  return parts.flatMap(({ name, start, end, pointer }, n) => {
    const last = n === parts.length - 1;
    const whole = end - start === shardSize || (last && end > start && end - start < shardSize);
    if (start === n * shardSize && whole) return [];
    const message = `The parts of ${JSON.stringify(name.slice(0, 80))} have a gap or overlap at byte ${start}.`;
    return [invalid(document, `${pointer}/name`, message)];
  });
}

function invalid(document: Document, pointer: string, message: string): Problem {
  return problem("OMS_SHARD_INVALID", message, { where: document.place(pointer) });
}
