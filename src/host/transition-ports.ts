import { renderMarkdown } from "../report/markdown.ts";
import { gate, type GateOptions } from "../usecases/gate/gate.ts";
import type { MeasurePorts } from "../usecases/gate/measure-task.ts";
import { proposalContextOf } from "../usecases/report-context.ts";
import type { Proposals } from "../usecases/transition/proposals.ts";
import type { TransitionPorts } from "../usecases/transition/transact.ts";
import { startRun } from "./start.ts";
import type { Ports } from "./wiring.ts";

/** The gate as the judge of every transition, and its report as the text of the pull request. */
export function transitionPorts(
  ports: MeasurePorts & Pick<Ports, "filesAt">,
  options: GateOptions,
  proposals: Proposals,
): TransitionPorts {
  return {
    proposals,
    git: ports.git,
    judge(request, overtaken) {
      if (!overtaken) return gate(ports, request, options);
      const { decision: before, base } = overtaken;
      // The work tree is still the old base; and a decision must not be older than what it stands on.
      const [files, start] = [ports.filesAt(base), startRun(options.start.seed)];
      return gate({ ...ports, files }, request, { ...options, start, base, before });
    },
    describe: (decision) => renderMarkdown(decision.verdict, proposalContextOf(decision)),
  };
}
