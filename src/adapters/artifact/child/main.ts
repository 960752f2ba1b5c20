import { DefaultArtifactClient } from "@actions/artifact";
import type { ArtifactAnswer, ArtifactRequest } from "./protocol.ts";

/** Text, not numbers packed twice. */
const COMPRESSION_LEVEL = 6;

const client = new DefaultArtifactClient();

async function answer(request: ArtifactRequest): Promise<unknown> {
  switch (request.kind) {
    case "upload": {
      const { name, folder, files, retentionDays } = request;
      const options = { retentionDays, compressionLevel: COMPRESSION_LEVEL };
      return client.uploadArtifact(name, [...files], folder, options);
    }
    case "list":
      return (await client.listArtifacts()).artifacts;
    case "download":
      // The archive is left packed: the parent unpacks it in memory, with limits.
      return client.downloadArtifact(request.id, { path: request.folder, skipDecompress: true });
  }
}

async function settle(request: ArtifactRequest): Promise<ArtifactAnswer> {
  try {
    return { ok: true, value: await answer(request) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

// Nobody waits for the answer any more.
process.once("disconnect", () => process.exit(1));
process.once("message", (request: ArtifactRequest) => {
  void settle(request).then((result) => process.send?.(result, () => process.exit(0)));
});
