import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openGit } from "../../src/adapters/git/open.ts";
import { audit } from "../../src/usecases/audit/audit.ts";
import { status } from "../../src/usecases/status.ts";
import { renderStatus } from "../../src/report/status.ts";
import { checkScene, MODEL } from "../support/check-scene.ts";
import { GIT_ENV } from "../support/git-repo.ts";
import { recordedProgress } from "../support/parity-run.ts";

const OFF = { event: "DISABLE", version: "1.0.0", reason: "It answers nonsense." } as const;

/** What stands in the place of deployed.json. */
const PLACES: Readonly<Record<string, (path: string) => void>> = {
  "a link": (path) => symlinkSync("models", path),
  "a folder": (path) => {
    mkdirSync(path);
    writeFileSync(join(path, "x"), "x");
  },
};

it.each(Object.keys(PLACES))(
  "on a real repository: %s for deployed.json, no policy that can be read, no version folder, a dirty file",
  async (place) => {
    using scene = await checkScene();
    const { repo } = scene;
    scene.merge(await scene.propose({}));
    const file = (path: string): string => join(repo.root, path);
    rmSync(file("deployed.json"));
    PLACES[place]!(file("deployed.json"));
    rmSync(file(`models/${MODEL}/1.0.0`), { recursive: true });
    const broken = repo.commit({ "policies/gates/disable.yaml": "a: [" }, "broken at three in the morning");
    repo.write("models/notes.txt", "not committed");
    const git = await openGit(repo.root, GIT_ENV);
    const seen = renderStatus(await status({ git }), 200);
    expect(seen).toContain("BROKEN. disable, revoke, retire and rollback still work");
    expect(seen).toContain("deployed.json is no regular file.");
    const branch = await scene.propose(OFF);
    const checked = await scene.check("main", branch);
    expect([checked.problems, checked.outcome]).toEqual([[], "WARN"]);
    const named = checked.decisions[0]?.verdict.broken?.map(({ file: path }) => path);
    expect(named).toEqual([
      "deployed.json",
      `models/${MODEL}/1.0.0/manifest.json`,
      "policies/gates/disable.yaml",
    ]);
    rmSync(file("models/notes.txt"));
    scene.merge(branch);
    const { report } = await audit({ git: await openGit(repo.root, GIT_ENV), progress: recordedProgress() });
    const of = (commit: string | undefined): string =>
      report.commits.find((one) => one.commit === commit)?.outcome ?? "";
    expect([of(broken), of(report.head)]).toEqual(["FAIL", "WARN"]);
    expect(report.transitions).toBe(2);
  },
);
