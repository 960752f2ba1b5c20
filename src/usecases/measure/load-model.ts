import { refuse } from "../../errors.ts";
import { externalDataProblems, externalFiles, type ListedFile } from "../../measure/onnx/external-data.ts";
import { inspectModel, type ModelFacts } from "../../measure/onnx/inspect-model.ts";
import { furtherOutputs } from "../../measure/onnx/zip-map.ts";
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
  return { facts, model: { ...engineCopy(bytes, facts), externalData } };
}

/**
 * The engine's copy of a model. It cannot hand over what a ZipMap makes, so it is asked for the matrix before it; the bytes
 * that the manifest names stay what they are.
 */
function engineCopy(bytes: Uint8Array, { outputs }: ModelFacts): Omit<EngineModel, "externalData"> {
  const zipped = outputs.flatMap(({ name, zipMap }) => (zipMap ? [[name, zipMap.source] as const] : []));
  if (zipped.length === 0) return { bytes };
  const own = new Set(outputs.map(({ name }) => name));
  const hidden = new Set(zipped.map(([, source]) => source).filter((source) => !own.has(source)));
  return { bytes: Buffer.concat([bytes, furtherOutputs(outputs)]), aliases: new Map(zipped), hidden };
}

function filesBelow(version: ModelVersion, folder: string): ListedFile[] {
  const below = version.manifest.files.filter(({ path }) => path.startsWith(folder));
  return below.map(({ path, size }) => ({ path: path.slice(folder.length), size }));
}
