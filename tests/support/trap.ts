import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a repository has become whose configuration, hooks and attributes all try to run a program that leaves a mark. */
export interface Trap {
  /** Where the program, its hooks and its mark are. */
  readonly folder: string;
  /** The program that leaves the mark. */
  readonly evil: string;
  /** It ran. */
  readonly sprung: () => boolean;
}

const HOOKS = [
  "reference-transaction",
  "post-index-change",
  "pre-commit",
  "post-commit",
  "commit-msg",
  "pre-auto-gc",
  "post-checkout",
  "fsmonitor-watchman",
];

/** Sets the trap in a repository; the folder is the caller's to delete. */
export function setTrap(root: string, folder: string): Trap {
  const [mark, evil] = [join(folder, "mark"), join(folder, "evil")];
  writeFileSync(evil, `#!/bin/sh\necho "$0 $*" >> ${mark}\ncat\n`);
  chmodSync(evil, 0o755);
  for (const place of [join(folder, "hooks"), join(root, ".git/hooks")]) {
    mkdirSync(place, { recursive: true });
    for (const hook of HOOKS) execFileSync("cp", [evil, join(place, hook)]);
  }
  writeFileSync(join(folder, "attributes"), "* filter=evil diff=evil\n");
  writeFileSync(join(folder, "included"), `[core]\n\tsshCommand = ${evil}\n[gpg]\n\tprogram = ${evil}\n`);
  writeFileSync(
    join(root, ".git/info/attributes"),
    "* diff=evil\ndeployed.json filter=e=vil\nmodels/** filter=plain\n",
  );
  const config = hostileConfig(folder, evil);
  for (const [key, value] of config) execFileSync("git", ["config", "--add", key, value], { cwd: root });
  return { folder, evil, sprung: () => existsSync(mark) };
}

function hostileConfig(folder: string, evil: string): [string, string][] {
  const run = `sh -c '${evil}'`;
  return [
    ["include.path", join(folder, "included")],
    ["includeIf.gitdir:/**.path", join(folder, "included")],
    ["core.hooksPath", join(folder, "hooks")],
    ["core.fsmonitor", evil],
    ["core.attributesFile", join(folder, "attributes")],
    ["core.sshCommand", run],
    ["core.pager", run],
    ["core.editor", run],
    ["core.askPass", evil],
    ["diff.external", evil],
    ["diff.evil.command", evil],
    ["diff.evil.textconv", evil],
    ["filter.evil.clean", run],
    ["filter.evil.smudge", run],
    ["filter.evil.required", "true"],
    ["filter.plain.clean", run],
    ["filter.e=vil.clean", run],
    ["filter.e=vil.process", evil],
    ["gpg.program", evil],
    ["gpg.ssh.program", evil],
    ["gpg.openpgp.program", evil],
    ["gpg.ssh.defaultKeyCommand", evil],
    ["log.showSignature", "true"],
    ["credential.helper", `!${run}`],
    ["alias.rev-parse", `!${run}`],
    ["alias.cat-file", `!${run}`],
    ["interactive.diffFilter", run],
  ];
}

/** An environment that leads git elsewhere and to the trap's program. */
export function hostileEnvironment({ folder, evil }: Trap, elsewhere: string): NodeJS.ProcessEnv {
  return {
    GIT_DIR: join(elsewhere, ".git"),
    GIT_WORK_TREE: elsewhere,
    GIT_INDEX_FILE: join(folder, "index"),
    GIT_OBJECT_DIRECTORY: join(elsewhere, ".git/objects"),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(elsewhere, ".git/objects"),
    GIT_NAMESPACE: "evil",
    GIT_REPLACE_REF_BASE: "refs/heads/",
    GIT_GRAFT_FILE: join(folder, "grafts"),
    GIT_EXTERNAL_DIFF: evil,
    GIT_SSH_COMMAND: evil,
    GIT_ASKPASS: evil,
    GIT_EDITOR: evil,
    GIT_PAGER: evil,
    GIT_PROXY_COMMAND: evil,
    GIT_EXEC_PATH: folder,
    GIT_TEMPLATE_DIR: folder,
    GIT_CONFIG: join(folder, "attributes"),
    GIT_CONFIG_PARAMETERS: `'core.hooksPath'='${join(folder, "hooks")}'`,
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "core.fsmonitor",
    GIT_CONFIG_VALUE_0: evil,
    GIT_CONFIG_KEY_1: "core.hooksPath",
    GIT_CONFIG_VALUE_1: join(folder, "hooks"),
    GIT_TRACE: join(folder, "trace"),
    GIT_AUTHOR_DATE: "2001-01-01T00:00:00Z",
  };
}
