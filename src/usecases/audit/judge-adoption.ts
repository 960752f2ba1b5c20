import { LEDGER_FILE } from "../../domain/ledger.ts";
import { problem } from "../../errors.ts";
import { formatLedger, GENESIS } from "../../ledger/ledger-text.ts";
import type { Finding } from "./finding.ts";
import { recordRevision } from "./ledger-line.ts";
import type { Scene } from "./walk.ts";

/**
 * The commit that brings the first ledger: revision 0, in which nothing is deployed, and no evidence yet.
 * CHECK_LEDGER_HAND_EDITED, CHECK_PACK_FOREIGN.
 */
export async function judgeAdoption(scene: Scene): Promise<Finding> {
  const { landed } = scene;
  const bytes = landed.contents.get(LEDGER_FILE);
  const evidence = landed.changes.filter(({ path }) => path.startsWith("evidence/"));
  const problems = evidence.map(({ path }) =>
    problem("CHECK_PACK_FOREIGN", "Nothing was decided yet, so there is no evidence.", {
      where: { file: path },
    }),
  );
  if (bytes && Buffer.from(formatLedger(GENESIS)).equals(bytes)) {
    recordRevision(scene, { before: null, transition: null, ledger: GENESIS, bytes });
    return { problems };
  }
  const message = `The first ${LEDGER_FILE} is not revision 0, in which nothing is deployed.`;
  const where = { file: LEDGER_FILE };
  return { problems: [...problems, problem("CHECK_LEDGER_HAND_EDITED", message, { where })] };
}
