import { refuse, problem } from "../../errors.ts";
import type { ModelPlace } from "../../ports/signing.ts";
import { isIgnored } from "../../trust/oms/paths.ts";

/** A file of a model: `name` relative to the model, `path` as `Files` knows it. */
export interface ModelFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
}

/** Every file of a model that is not ignored, sorted by the bytes of its name. OMS_SYMLINK, OMS_NAME_UNSAFE. */
export async function modelFiles(
  { files, name, single }: ModelPlace,
  ignored: readonly string[],
): Promise<readonly ModelFile[]> {
  if (single) return [{ name, path: name, size: (await files.digest(name)).size }];
  const entries = (await files.list(name))
    .map(({ path, ...rest }) => ({ ...rest, path, name: path.slice(name.length + 1) }))
    .filter((entry) => !isIgnored(entry.name, ignored));
  refuse(
    entries
      .filter(({ kind }) => kind === "symlink")
      .map((entry) => problem("OMS_SYMLINK", "This is a symbolic link.", { where: { file: entry.name } })),
  );
  refuse(
    entries
      .filter((entry) => entry.name.includes("\uFFFD"))
      .map((entry) =>
        problem("OMS_NAME_UNSAFE", "The name is no UTF-8, so that JSON cannot hold it.", {
          where: { file: entry.name },
        }),
      ),
  );
  return entries.map(({ name: relative, path, size }) => ({ name: relative, path, size }));
}
