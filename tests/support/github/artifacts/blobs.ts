import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Artifact } from "./store.ts";

export interface BlobExchange {
  readonly response: ServerResponse;
  readonly url: URL;
  readonly artifact: Artifact | undefined;
  readonly body: Buffer;
}

/** `PUT`: a whole blob, one block of it (`comp=block`), or the list that makes blocks a blob (`comp=blocklist`). */
export function putBlob({ response, url, artifact, body }: BlobExchange): void {
  if (artifact === undefined || artifact.finalized) return void response.writeHead(404).end();
  const part = url.searchParams.get("comp");
  if (part === "block") artifact.blocks.set(url.searchParams.get("blockid") ?? "", body);
  else if (part === "blocklist") artifact.content = joined(artifact, body.toString("utf8"));
  else artifact.content = body;
  response.writeHead(201, azureHeaders(body));
  response.end();
}

function joined({ blocks }: Artifact, xml: string): Buffer {
  const ids = [...xml.matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)].map(([, id = ""]) => id);
  return Buffer.concat(ids.map((id) => blocks.get(id) ?? Buffer.alloc(0)));
}

export function getBlob({ response, artifact }: BlobExchange): void {
  if (artifact?.content === undefined) return void response.writeHead(404).end();
  response.writeHead(200, {
    ...azureHeaders(artifact.content),
    "content-type": artifact.contentType,
    "content-length": String(artifact.content.length),
    "content-disposition": `attachment; filename="${encodeURIComponent(artifact.name)}.zip"`,
  });
  response.end(artifact.content);
}

function azureHeaders(body: Buffer): Readonly<Record<string, string>> {
  const etag = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return {
    etag: `"0x${etag}"`,
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    "x-ms-request-id": etag,
    "x-ms-version": "2025-01-05",
    "x-ms-blob-type": "BlockBlob",
  };
}
