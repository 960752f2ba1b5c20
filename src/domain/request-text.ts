import type { LifecycleEvent } from "./lifecycle.ts";

/** What somebody asks to be done with a version, as far as a line of text or a command must name it. */
export interface RequestedMove {
  readonly event: LifecycleEvent;
  readonly model: string;
  readonly version: string;
  readonly environment: string | null;
  readonly phase: string | null;
}

/** One line that says what a transition does, for example "Promote flight-delay 1.1.0 to CANARY (5%) in prod". */
export function requestText(of: RequestedMove): string {
  const name = `${of.model} ${of.version}`;
  const here = of.environment === null ? "" : ` in ${of.environment}`;
  switch (of.event) {
    case "REGISTER":
      return `Register ${name}`;
    case "PROMOTE_TO_SHADOW":
      return `Promote ${name} to SHADOW${here}`;
    case "PROMOTE_TO_CANARY":
      return `Promote ${name} to CANARY${of.phase === null ? "" : ` (${of.phase})`}${here}`;
    case "PROMOTE_TO_PRODUCTION":
      return `Promote ${name} to PRODUCTION${here}`;
    case "ROLLBACK":
      return `Roll back ${of.model} to ${of.version}${here}`;
    case "DISABLE":
      return `Disable ${name}${here}`;
    case "ENABLE":
      return `Enable ${name}${here}`;
    case "RETIRE":
      return `Retire ${name}`;
    case "REVOKE":
      return `Revoke ${name}`;
  }
}
