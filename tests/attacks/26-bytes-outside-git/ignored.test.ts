import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import { GateError, tried } from "../../../src/errors.ts";
import { register } from "../../../src/usecases/registry/register.ts";
import { validate } from "../../../src/usecases/registry/validate.ts";
import { GIT_ENV, temporaryFolder } from "../../support/git-repo.ts";
import { copyOf, FOLDER, type RegistryRepo, unregisteredRepo } from "../../support/registry.ts";

const MODEL = `${FOLDER}/model.onnx`;
let template: RegistryRepo;

beforeAll(async () => {
  template = await unregisteredRepo();
  template.repo.commit({ "README.md": "x\n" });
  template.repo.git("rm", "-r", "-q", "--cached", "models");
  template.repo.git("commit", "-q", "-m", "no version yet");
  return () => template[Symbol.dispose]();
});

/** `CODE path: message` of what register and validate refuse, which must be the same. */
async function refused(change: (registry: RegistryRepo) => NodeJS.ProcessEnv | void): Promise<string[]> {
  using registry = await copyOf(template);
  const env = change(registry) ?? GIT_ENV;
  const ports = { ...registry.ports, git: await openGit(registry.repo.root, env) };
  const found = await tried(() => register(ports, FOLDER));
  const told = (found instanceof GateError ? found.problems : [])
    .filter(({ code }) => /^MANIFEST_FILE_(?:IGNORED|HIDDEN|CONVERTED|UNSEEN)$/.test(code))
    .map(({ code, where, message }) => `${code} ${where?.file}: ${message}`);
  const { problems } = await validate(ports, { all: true });
  const codes = told.filter((line) => line.includes(FOLDER)).map((line) => line.split(" ")[0]);
  expect(problems.map(({ code }) => code)).toEqual(expect.arrayContaining(codes));
  return told;
}

const write = (registry: RegistryRepo, path: string, text: string): void => {
  mkdirSync(dirname(registry.at(path)), { recursive: true });
  writeFileSync(registry.at(path), text);
};

describe("register and validate name a file that Git would not commit", () => {
  it("takes a folder that Git takes", async () => {
    expect(await refused(() => undefined)).toEqual([]);
  });

  it("ignored by the repository's .gitignore, with the line of the rule", async () => {
    const told = await refused((registry) => write(registry, ".gitignore", "# models\n\n*.onnx\n"));
    expect(told).toEqual([`MANIFEST_FILE_IGNORED ${MODEL}: Git ignores the file: .gitignore:3: *.onnx`]);
  });

  it("ignored by .git/info/exclude", async () => {
    const told = await refused((registry) => appendFileSync(registry.at(".git/info/exclude"), "*.onnx\n"));
    expect(told).toEqual([
      expect.stringMatching(/^MANIFEST_FILE_IGNORED .*: \.git\/info\/exclude:\d+: \*\.onnx$/),
    ]);
  });

  it("ignored by the user's core.excludesFile", async () => {
    const home = temporaryFolder();
    const told = await refused(() => {
      writeFileSync(`${home}/ignore`, "*.onnx\n");
      writeFileSync(`${home}/config`, `[core]\n  excludesFile = ${home}/ignore\n`);
      return { ...GIT_ENV, GIT_CONFIG_GLOBAL: `${home}/config` };
    });
    rmSync(home, { recursive: true });
    expect(told).toEqual([`MANIFEST_FILE_IGNORED ${MODEL}: Git ignores the file: ${home}/ignore:1: *.onnx`]);
  });

  it("only the test data, and only the training code", async () => {
    const data = await refused((registry) => write(registry, ".gitignore", "test_data_set_*/\n"));
    expect(data.length).toBeGreaterThan(2);
    expect(data.every((line) => line.includes("test_data_set_"))).toBe(true);
    const code = await refused((registry) => write(registry, "models/flight-delay/.gitignore", "train.py\n"));
    expect(code).toEqual([
      "MANIFEST_FILE_IGNORED models/flight-delay/training/train.py: Git ignores the file: models/flight-delay/.gitignore:1: train.py",
    ]);
  });

  it("its manifest, before it is written", async () => {
    expect(await refused((registry) => write(registry, ".gitignore", "manifest.json\n"))).toEqual([
      `MANIFEST_FILE_IGNORED ${FOLDER}/manifest.json: Git ignores the file: .gitignore:1: manifest.json`,
    ]);
  });

  it("is fixed by the command that the refusal gives", async () => {
    const told = await refused((registry) => {
      write(registry, ".gitignore", "*.onnx\n");
      registry.repo.git("add", "-f", MODEL);
    });
    expect(told).toEqual([]);
  });

  it.each(["skip-worktree", "assume-unchanged"])("edited behind the mark %s", async (mark) => {
    const told = await refused((registry) => {
      const { repo } = registry;
      repo.git("add", "models");
      repo.git("update-index", `--${mark}`, `${FOLDER}/CHANGES.md`);
      appendFileSync(registry.at(`${FOLDER}/CHANGES.md`), "more\n");
    });
    expect(told).toEqual([
      `MANIFEST_FILE_HIDDEN ${FOLDER}/CHANGES.md: Git does not look at the file any more: ${mark}.`,
    ]);
  });

  it("in the index and not in the work tree, as in a sparse checkout", async () => {
    const told = await refused((registry) => {
      const { repo } = registry;
      repo.write(`${FOLDER}/more.md`, "x\n");
      repo.git("add", "models");
      repo.git("update-index", "--skip-worktree", `${FOLDER}/more.md`);
      rmSync(registry.at(`${FOLDER}/more.md`));
    });
    expect(told).toEqual([
      `MANIFEST_FILE_HIDDEN ${FOLDER}/more.md: Git does not look at the file any more: skip-worktree.`,
    ]);
  });

  it.each([
    ["text=auto", "* text=auto\n", "text=auto"],
    ["eol=crlf", "*.md eol=crlf\n", "eol=crlf"],
    ["ident", "*.md -text ident\n", "ident"],
  ])("converted on the way into a commit by %s", async (_, attributes, rule) => {
    const told = await refused((registry) => {
      write(registry, ".gitattributes", attributes);
      appendFileSync(registry.at(`${FOLDER}/CHANGES.md`), "$Id: mine $\r\n");
    });
    expect(told).toEqual([
      `MANIFEST_FILE_CONVERTED ${FOLDER}/CHANGES.md: A commit would hold other bytes than the file: ${rule}.`,
    ]);
  });

  it("converted by core.autocrlf", async () => {
    const told = await refused((registry) => {
      const { repo } = registry;
      repo.git("config", "core.autocrlf", "true");
      appendFileSync(registry.at(`${FOLDER}/CHANGES.md`), "line\r\n");
    });
    expect(told).toEqual([
      `MANIFEST_FILE_CONVERTED ${FOLDER}/CHANGES.md: A commit would hold other bytes than the file: core.autocrlf.`,
    ]);
  });

  it("converted by a filter, which is not run to find out", async () => {
    const told = await refused((registry) => {
      const trap = registry.at("trap");
      registry.repo.git("config", "filter.crypt.clean", `touch ${trap}`);
      write(registry, ".gitattributes", "*.onnx filter=crypt -text\n");
      return GIT_ENV;
    });
    expect(told).toEqual([
      `MANIFEST_FILE_CONVERTED ${MODEL}: A commit would hold other bytes than the file: filter=crypt.`,
    ]);
  });

  it("takes Git LFS, and attributes that change nothing", async () => {
    const told = await refused((registry) =>
      write(registry, ".gitattributes", "*.onnx filter=lfs diff=lfs merge=lfs -text\n*.json text=auto\n"),
    );
    expect(told).toEqual([]);
  });

  it("inside of another repository", async () => {
    const told = await refused(({ repo }) => {
      repo.git("init", "-q", "models/flight-delay");
    });
    expect(told.length).toBeGreaterThan(5);
    expect(told.every((line) => line.startsWith("MANIFEST_FILE_UNSEEN"))).toBe(true);
  });
});
