import { renderMarkdown } from "../report/markdown.ts";
import { gate, type GateOptions } from "../usecases/gate.ts";
import { proposalContextOf } from "../usecases/report-context.ts";
import type { Proposals } from "../usecases/transition/proposals.ts";
import type { TransitionPorts } from "../usecases/transition/transact.ts";
import type { Ports } from "./wiring.ts";

/** The gate as the judge of every transition, and its report as the text of the pull request. */
export function transitionPorts(ports: Ports, options: GateOptions, proposals: Proposals): TransitionPorts {
  return {
    proposals,
    git: ports.git,
    judge: (request) => gate(ports, request, options),
    describe: (decision) => renderMarkdown(decision.verdict, proposalContextOf(decision)),
  };
}
