import { GateError } from "../../src/errors.ts";
import { openGit } from "../../src/adapters/git/open.ts";
import { proposeTransition } from "../../src/usecases/transition/propose.ts";
import { decide, NOW, request } from "./decisions.ts";

/**
 * A process of its own that proposes `m@<version>` in the repository of its working directory.
 * It says "ready" when everything is decided and only the writing is left, then what came out of it.
 */
const [version = "1.0.0"] = process.argv.slice(2);
const git = await openGit(process.cwd());
const decision = await decide(git, request({ version }));
process.stdout.write("ready\n");
try {
  const proposal = await proposeTransition({ git }, decision, { now: NOW, text: "text" });
  process.stdout.write(`${proposal.created ? "created" : "found"} ${proposal.commit}\n`);
} catch (error) {
  if (!(error instanceof GateError)) throw error;
  process.stdout.write(`${error.code} ${error.message}\n`);
}
