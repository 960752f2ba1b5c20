import { LEDGER_FILE } from "../../domain/ledger.ts";
import { formatModelRef } from "../../domain/model-ref.ts";
import { GateError, type Problem, problem, tried } from "../../errors.ts";
import { formatLedger, GENESIS } from "../../ledger/ledger-text.ts";
import { parsePolicies } from "../../policy/parse-policies.ts";
import { policySources } from "../gate/base.ts";
import { checkVersion } from "../registry/check-version.ts";
import { groundOf } from "../trust/ground.ts";
import type { Change } from "../proof/change.ts";
import type { CheckPorts } from "./scene.ts";
import type { Findings } from "./report.ts";
import { checkTrust } from "./trust-change.ts";

/**
 * The first change with a ledger: nothing governs yet, so nothing can judge. It may bring policies, workflows and versions
 * at once, but the ledger must be empty, the policies sound and the versions valid; policies that the base has already are
 * not touched. CHECK_LEDGER_HAND_EDITED, CHECK_MIXTURE, POLICY_*, MANIFEST_*.
 */
export async function checkAdoption(ports: CheckPorts, change: Change): Promise<Findings> {
  const { git } = ports;
  const ready = (await policySources(git, change.base)).length > 0;
  const problems: Problem[] = [
    ...change.problems.filter(({ code }) => ready || code !== "CHECK_MIXTURE"),
    ...(await genesisProblems(ports, change)),
    ...evidenceProblems(change),
  ];
  problems.push(...(await checkTrust(git, change)).problems);
  const sources = await policySources(git, change.head);
  const policies = tried(() => parsePolicies(sources));
  if (policies instanceof GateError) problems.push(...policies.problems);
  const files = ports.filesAt(change.head);
  const ground = await groundOf(git, change.base);
  for (const ref of change.versions)
    problems.push(...(await checkVersion({ git, files }, ref, ground)).problems);
  const versions = change.versions.map(formatModelRef).join(", ") || "no version yet";
  return { problems, notes: [`Adopts modelgate: an empty ledger, policies, and ${versions}.`] };
}

async function genesisProblems({ git }: CheckPorts, { head }: Change): Promise<Problem[]> {
  const bytes = await git.show(head, LEDGER_FILE);
  if (bytes && Buffer.from(formatLedger(GENESIS)).equals(bytes)) return [];
  const message = `The first ${LEDGER_FILE} must be revision 0, in which nothing is deployed.`;
  const fix = `Write exactly this: ${JSON.stringify(GENESIS)} in canonical spelling, as modelgate init does.`;
  return [problem("CHECK_LEDGER_HAND_EDITED", message, { where: { file: LEDGER_FILE }, fix })];
}

function evidenceProblems({ paths }: Change): Problem[] {
  return paths
    .filter(({ path }) => path.startsWith("evidence/"))
    .map(({ path }) =>
      problem("CHECK_PACK_FOREIGN", "Nothing was decided yet, so there is no evidence.", {
        where: { file: path },
      }),
    );
}
