import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Contest, processSide } from "../side-by-side.ts";

const CANDIDATE = ["flight-delay@1.0.0", "--event", "PROMOTE_TO_SHADOW", "--env", "prod"];

/** The verdict on stored evidence, a whole process, against a Node that does nothing. */
export function gateContest(root: string, scratch: string): Contest {
  const clone = join(scratch, "repository");
  const modelgate = [`${root}/bin/modelgate.js`, "-C", clone, "--no-color", "gate", ...CANDIDATE];
  const missing = prepare(root, clone, modelgate);
  return {
    title: "gate on stored evidence",
    goal: 2,
    pairs: 21,
    ours:
      missing ??
      processSide(
        {
          name: "modelgate gate",
          command: process.execPath,
          args: [...modelgate, "--evidence", "stored"],
          exits: [0, 1],
        },
        () => "",
      ),
    peer: processSide({ name: "node -e 0", command: process.execPath, args: ["-e", "0"] }),
  };
}

/** Clones the repository and stores evidence once; what went wrong, if it did. */
function prepare(root: string, clone: string, modelgate: readonly string[]): { missing: string } | undefined {
  spawnSync("git", ["clone", "--quiet", "--no-hardlinks", root, clone], { encoding: "utf8" });
  const first = spawnSync(process.execPath, [...modelgate, "--out", "stored"], {
    encoding: "utf8",
    cwd: clone,
  });
  const again = spawnSync(process.execPath, [...modelgate, "--evidence", "stored"], {
    encoding: "utf8",
    cwd: clone,
  });
  if (first.status === again.status && (again.status === 0 || again.status === 1)) return undefined;
  return {
    missing: `gate ended with ${first.status} and ${again.status}: ${(again.stderr || first.stderr).trim().split("\n")[0]}`,
  };
}
