import { devNull } from "node:os";

/** A setting that overrules every configuration file for one git process. */
export type Setting = readonly [key: string, value: string];

/** Names of git's own variables that say who commits or where the user's configuration is; all others redirect git. */
const KEPT = new Set([
  "GIT_AUTHOR_NAME",
  "GIT_AUTHOR_EMAIL",
  "GIT_COMMITTER_NAME",
  "GIT_COMMITTER_EMAIL",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_TEST_ASSUME_DIFFERENT_OWNER",
]);

/** Inputs of an action, what its runner trusts it with, and tokens: git needs none of them, nor does what it starts. */
const SECRET = /^(?:INPUT|ACTIONS)_|_TOKEN$/i;

/** Programs and files that a repository's own configuration may name; a repository is untrusted, so none of them runs. */
const NEUTRAL: readonly Setting[] = [
  ["core.hooksPath", devNull],
  ["core.fsmonitor", "false"],
  ["core.attributesFile", devNull],
  ["core.sshCommand", "false"],
  ["core.pager", "cat"],
  ["user.useConfigOnly", "true"],
];

/**
 * The environment of a git process: no variable that points git elsewhere or injects settings (GIT_DIR,
 * GIT_CONFIG_COUNT, GIT_EXTERNAL_DIFF …), no token, no prompt, no replaced or grafted objects, English messages.
 */
export function gitEnvironment(
  outer: NodeJS.ProcessEnv,
  settings: readonly Setting[] = [],
): NodeJS.ProcessEnv {
  const kept = Object.entries(outer).filter(
    ([name]) => (!name.startsWith("GIT_") || KEPT.has(name)) && !SECRET.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    ...settingVariables([...NEUTRAL, ...settings]),
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    // A partial clone fetches missing objects by a command of its own configuration: no transport is allowed.
    GIT_ALLOW_PROTOCOL: "none",
    GIT_GRAFT_FILE: devNull,
    GIT_ATTR_NOSYSTEM: "1",
    GIT_LITERAL_PATHSPECS: "1",
    LC_ALL: "C",
    LANGUAGE: "C",
  };
}

/** Settings travel in variables and not as `-c key=value`, because a key may hold "=". */
function settingVariables(settings: readonly Setting[]): Record<string, string> {
  const variables = settings.flatMap(([key, value], n) => [
    [`GIT_CONFIG_KEY_${n}`, key],
    [`GIT_CONFIG_VALUE_${n}`, value],
  ]);
  return { ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(settings.length) };
}
