import { relative, resolve } from "node:path";
import { openModelPlace } from "../../adapters/fs/model-place.ts";
import { writeNamedFile } from "../../adapters/fs/named-file.ts";
import { IN_TOTO_PAYLOAD_TYPE } from "../../trust/dsse.ts";
import { signModel } from "../../usecases/oms/sign-model.ts";
import { type SignerOptions, signerOf } from "../bundle-options.ts";
import type { CommandContext } from "../context.ts";

interface SignOptions extends SignerOptions {
  readonly modelPath: string;
  readonly outputBundle: string;
  readonly ignorePaths?: readonly string[];
}

/** `modelgate sign-model`: writes an OpenSSF Model Signing bundle; arguments are those of the conformance suite. */
export async function run({ console }: CommandContext, options: SignOptions): Promise<number> {
  const place = openModelPlace(options.modelPath);
  const outside = [...(options.ignorePaths ?? []), options.outputBundle];
  const signed = await signModel({
    place,
    ignored: insideOf(place, outside),
    signer: await signerOf(options),
    payloadType: IN_TOTO_PAYLOAD_TYPE,
  });
  await writeNamedFile(options.outputBundle, signed.bundle);
  console.data({
    result: "signed",
    bundle: options.outputBundle,
    method: options.method,
    files: signed.files,
  });
  console.text(`Signed ${signed.files.length} files of ${place.name}: ${options.outputBundle}`);
  return 0;
}

/** Paths as somebody typed them, relative to the model; those outside of it have nothing to leave out. */
export function insideOf(
  { path, single }: { readonly path: string; readonly single: boolean },
  typed: readonly string[],
): readonly string[] {
  const root = single ? resolve(path, "..") : path;
  return typed
    .map((each) => relative(root, openedPath(each)).replaceAll("\\", "/"))
    .filter((each) => each !== "" && each !== ".." && !each.startsWith("../"));
}

function openedPath(typed: string): string {
  try {
    return openModelPlace(typed).path;
  } catch {
    return resolve(typed);
  }
}
