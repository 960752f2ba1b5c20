import { gateError } from "../../errors.ts";
import { remoteToShare } from "../../host/remote-to-share.ts";
import { startRun } from "../../host/start.ts";
import { openPorts, type Ports } from "../../host/wiring.ts";
import { renderApproval, renderGiven } from "../../report/approval.ts";
import { renderTerminal } from "../../report/terminal.ts";
import { approve } from "../../usecases/approve/approve.ts";
import { readProposal, type ReadProposal } from "../../usecases/approve/read-proposal.ts";
import type { ClaimedNumbers } from "../../domain/registry/evaluation.ts";
import { readClaims } from "../../usecases/gate/claims.ts";
import { proposalContextOf } from "../../usecases/report-context.ts";
import type { Console } from "../console.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  readonly key?: string;
  readonly comment?: string;
  readonly onto?: string;
}

/** As the schema of an approval has it. */
const LONGEST_COMMENT = 1000;

/** `modelgate approve [PROPOSAL]`: shows what approving says; with `--key` it signs and commits that. */
export async function run(
  context: CommandContext,
  named: string | undefined,
  { key, comment, onto }: Options,
): Promise<number> {
  const { console } = context;
  const remembered = commentOf(comment);
  const ports = await openPorts(context.surroundings);
  const { now } = startRun();
  const proposal = await readProposal(ports, { proposal: named, onto }, now);
  console.text(shown(console, proposal, await claimsIn(ports, proposal)));
  if (key === undefined) {
    console.data({ result: "unsigned", ...dataOf(proposal), approval: null });
    console.text(`\nNothing is signed. To approve it: modelgate approve ${proposal.branch} --key PATH`);
    return 0;
  }
  const { openSigner } = await import("../../adapters/signing/open-signer.ts");
  const signer = await openSigner(key, process.env);
  const given = await approve(ports, proposal, { signer, comment: remembered, now });
  console.data({ result: "approved", ...dataOf(proposal), ...given });
  const branches = [proposal.branch, proposal.base.name];
  const remote = await remoteToShare(ports.git.root, process.env, branches);
  const { branch, base } = proposal;
  console.text(`\n${renderGiven(given, { branch, onto: base.name, remote, comment: remembered })}`);
  return 0;
}

function commentOf(comment: string | undefined): string | null {
  if (comment === undefined || comment.trim() === "") return null;
  if (comment.length <= LONGEST_COMMENT) return comment;
  const text = `--comment has ${comment.length} characters; it may have ${LONGEST_COMMENT}.`;
  throw gateError("HOST_ARGUMENT_INVALID", text);
}

function dataOf({ branch, base, proposed, facts }: ReadProposal): object {
  const { approvals = [], refused = [] } = facts.signed ?? {};
  return { branch, onto: base.name, proposed, approvals, refused };
}

function claimsIn(ports: Ports, { proven }: ReadProposal): Promise<ClaimedNumbers | null> {
  const { told, request, base } = proven;
  const { subject, baseline } = told;
  return readClaims(ports, { request, subject, baseline, commit: base.commit });
}

function shown(
  { color, width }: Console,
  { branch, proven, proposed, facts }: ReadProposal,
  claims: ClaimedNumbers | null,
): string {
  const { request, told, base, transition } = proven;
  const context = proposalContextOf({
    request,
    verdict: told,
    ledger: base.ledger,
    evidenceDigest: transition.evidence_digest,
    claims,
  });
  const asked = { by: transition.requested_by, reason: transition.reason };
  const approvals = facts.signed?.approvals ?? [];
  return [
    renderTerminal(told, { ...context, color, width }),
    renderApproval({ branch, proposed, asked, approvals }, width),
  ].join("\n");
}
