import { parentPort, workerData } from "node:worker_threads";
import { openGit } from "../../adapters/git/open.ts";
import { judgeStretch, type Stretch } from "../../usecases/audit/stretch.ts";
import type { ThreadAnswer, ThreadGround } from "./protocol.ts";

const { root, ...line } = workerData as ThreadGround;
const git = openGit(root, process.env, null);
const tell = (answer: ThreadAnswer): void => parentPort?.postMessage(answer);

parentPort?.on("message", (stretch: Stretch) => {
  judge(stretch).then(
    (judged) => tell({ kind: "judged", judged }),
    (error: unknown) => tell({ kind: "failed", message: String(error) }),
  );
});

async function judge(stretch: Stretch) {
  return judgeStretch(await git, line, stretch, { onStep: () => tell({ kind: "step" }) });
}
