import type { Artifacts, ArtifactFiles, StoredArtifact } from "../../src/ports/artifacts.ts";
import { checkArtifactNames } from "../../src/domain/artifact-names.ts";
import { digestOf } from "../../src/domain/digest.ts";
import { gateError } from "../../src/errors.ts";

/** The artifacts of one workflow run, in memory. */
export function memoryArtifacts(most = 400): Artifacts {
  const stored = new Map<number, { readonly artifact: StoredArtifact; readonly files: ArtifactFiles }>();
  const all = (): StoredArtifact[] => [...stored.values()].map(({ artifact }) => artifact);
  return {
    async upload({ name, files, retentionDays }) {
      checkArtifactNames(name, files.keys());
      if (all().some((one) => one.name === name))
        throw gateError(
          "ARTIFACT_UPLOAD_FAILED",
          "an artifact with this name already exists on the workflow run",
        );
      const bytes = Buffer.concat([...files.values()]);
      const artifact = { id: stored.size + 1, name, size: bytes.length, digest: digestOf(bytes) };
      stored.set(artifact.id, { artifact, files: new Map(files) });
      return { ...artifact, retentionDays: Math.min(most, retentionDays) };
    },
    list: async () => all(),
    async download({ id, name }, limits) {
      const files = stored.get(id)?.files;
      if (!files) throw gateError("ARTIFACT_DOWNLOAD_FAILED", `There is no artifact ${name}.`);
      const size = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
      if (size > limits.bytes || files.size > limits.files)
        throw gateError("ARTIFACT_TOO_LARGE", `${name} has ${size} bytes in ${files.size} files.`);
      return files;
    },
  };
}
