import { problem, refuse } from "../errors.ts";

const PATH = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,159}\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** A file name, or one folder and a file name, of letters, digits, `.`, `_` and `-`: safe on every file system. */
export function isArtifactPath(path: string): boolean {
  return PATH.test(path);
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,239}$/;

/** ARTIFACT_NAME_INVALID for a name of an artifact, or of a file in it, that is not on the allow-list of characters. */
export function checkArtifactNames(name: string, paths: Iterable<string>): void {
  const wrong = [...(NAME.test(name) ? [] : [name]), ...[...paths].filter((path) => !isArtifactPath(path))];
  refuse(
    wrong.map((text) =>
      problem("ARTIFACT_NAME_INVALID", `${JSON.stringify(text.slice(0, 100))} is no such name.`),
    ),
  );
}
