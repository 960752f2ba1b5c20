import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type {
  ArtifactFiles,
  ArtifactLimits,
  Artifacts,
  ArtifactUpload,
  StoredArtifact,
  UploadedArtifact,
} from "../../ports/artifacts.ts";
import { readArchive } from "../../domain/archive.ts";
import { checkArtifactNames } from "../../domain/artifact-names.ts";
import { digestOf, isDigest } from "../../domain/digest.ts";
import { gateError } from "../../errors.ts";
import { type Asking, askChild } from "./ask-child.ts";

/** The artifacts of the present workflow run, through GitHub's own client. */
export function openArtifacts(asking: Asking): Artifacts {
  return {
    upload: (artifact) => inFreshFolder((folder) => upload(asking, artifact, folder)),
    list: () => list(asking),
    download: (artifact, limits) => inFreshFolder((folder) => download(asking, { artifact, limits, folder })),
  };
}

async function upload(asking: Asking, artifact: ArtifactUpload, folder: string): Promise<UploadedArtifact> {
  const { name, files } = artifact;
  checkArtifactNames(name, files.keys());
  const retentionDays = allowedDays(asking.env, artifact.retentionDays);
  const paths = await writeAll(files, folder);
  const request = { kind: "upload", name, folder, files: paths, retentionDays } as const;
  const answer = await asked("ARTIFACT_UPLOAD_FAILED", () => askChild(request, asking));
  const { id, size, digest } = answer as { id?: number; size?: number; digest?: string };
  const told = `sha256:${digest}`;
  return { id: id ?? 0, name, size: size ?? 0, digest: isDigest(told) ? told : null, retentionDays };
}

/** What the repository's settings allow, where they allow less. */
function allowedDays(env: NodeJS.ProcessEnv, wanted: number): number {
  const most = Number(env["GITHUB_RETENTION_DAYS"]);
  return Number.isSafeInteger(most) && most > 0 ? Math.min(most, wanted) : wanted;
}

async function writeAll(files: ArtifactFiles, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const [path, bytes] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes, { flag: "wx" });
    paths.push(file);
  }
  return paths;
}

interface ClientArtifact {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly digest?: string;
}

async function list(asking: Asking): Promise<readonly StoredArtifact[]> {
  const answer = await asked("ARTIFACT_DOWNLOAD_FAILED", () => askChild({ kind: "list" }, asking));
  const artifacts = answer as readonly ClientArtifact[];
  return artifacts
    .map(({ id, name, size, digest }) => ({ id, name, size, digest: isDigest(digest) ? digest : null }))
    .toSorted((a, b) => a.id - b.id);
}

async function download(
  asking: Asking,
  { artifact, limits, folder }: { artifact: StoredArtifact; limits: ArtifactLimits; folder: string },
): Promise<ArtifactFiles> {
  if (artifact.size > limits.bytes) throw tooLarge(artifact, limits);
  const request = { kind: "download", id: artifact.id, folder } as const;
  await asked("ARTIFACT_DOWNLOAD_FAILED", () => askChild(request, asking));
  const [name = ""] = await readdir(folder);
  const file = join(folder, name);
  // What the service told of the size is its word only.
  if ((await stat(file)).size > limits.bytes) throw tooLarge(artifact, limits);
  const bytes = await readFile(file);
  if (artifact.digest !== null && digestOf(bytes) !== artifact.digest) {
    throw gateError("ARTIFACT_INVALID", `${artifact.name} has another digest than the service says.`);
  }
  return readArchive(bytes, limits);
}

function tooLarge({ name, size }: StoredArtifact, { bytes }: ArtifactLimits): Error {
  return gateError("ARTIFACT_TOO_LARGE", `${name} has ${size} bytes; at most ${bytes} are read.`);
}

async function asked<T>(
  code: "ARTIFACT_UPLOAD_FAILED" | "ARTIFACT_DOWNLOAD_FAILED",
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw gateError(code, error instanceof Error ? error.message.slice(0, 500) : String(error));
  }
}

async function inFreshFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "modelgate-artifact-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
