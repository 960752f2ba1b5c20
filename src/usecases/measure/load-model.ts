import { refuse } from "../../errors.ts";
import { externalDataProblems, externalFiles, type ListedFile } from "../../measure/onnx/external-data.ts";
import { inspectModel, type ModelFacts } from "../../measure/onnx/inspect-model.ts";
import type { EngineModel } from "../../ports/engine.ts";
import type { ModelVersion } from "../registry/load-version.ts";
import type { VersionFiles } from "./version-files.ts";

/** A model that may be run: verified bytes, and what they say about themselves. */
export interface LoadedModel {
  readonly facts: ModelFacts;
  readonly model: EngineModel;
}

/**
 * Reads the artifact and its external data as the manifest names them, and inspects it before any engine sees it.
 * Errors: MODEL_* of `inspectModel` and `externalDataProblems`, MODEL_FILE_CHANGED.
 */
export async function loadModel(version: ModelVersion, files: VersionFiles): Promise<LoadedModel> {
  const { artifact_uri: artifact } = version.manifest;
  const file = `${version.folder}/${artifact}`;
  const bytes = await files.read(artifact);
  const facts = inspectModel(bytes, file);
  const folder = artifact.slice(0, artifact.lastIndexOf("/") + 1);
  refuse(externalDataProblems(facts.externalData, filesBelow(version, folder), file));
  const externalData = await Promise.all(
    externalFiles(facts.externalData).map(async (path) => ({
      path,
      bytes: await files.read(`${folder}${path}`),
    })),
  );
  return { facts, model: { bytes, externalData } };
}

function filesBelow(version: ModelVersion, folder: string): ListedFile[] {
  const below = version.manifest.files.filter(({ path }) => path.startsWith(folder));
  return below.map(({ path, size }) => ({ path: path.slice(folder.length), size }));
}
