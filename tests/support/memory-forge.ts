import { gateError } from "../../src/errors.ts";
import type {
  CheckRunRequest,
  DeploymentRequest,
  DeploymentState,
  Forge,
  ForgeSettings,
} from "../../src/ports/forge.ts";
import { MemoryConversation } from "./memory-forge/conversation.ts";

export { BOT } from "./memory-forge/branches.ts";

/**
 * `Forge` without a network, on the commits of a repository in memory: the same contract, for tests of use cases. Here are
 * check runs, deployments and settings; the rest is in `memory-forge/`, cut as the adapter of GitHub is.
 */
export class MemoryForge extends MemoryConversation implements Forge {
  readonly checkRuns: CheckRunRequest[] = [];
  readonly told: (DeploymentRequest & { id: number; state: DeploymentState | null })[] = [];

  async createCheckRun(run: CheckRunRequest): Promise<{ url: string }> {
    await this.called("createCheckRun");
    this.checkRuns.push(run);
    return { url: `https://forge.test/runs/${this.checkRuns.length}` };
  }

  async createDeployment(request: DeploymentRequest): Promise<{ id: number }> {
    await this.called("createDeployment");
    const id = this.told.length + 1;
    this.told.unshift({ ...request, id, state: null });
    return { id };
  }

  async setDeploymentStatus(id: number, state: DeploymentState): Promise<void> {
    await this.called("setDeploymentStatus");
    const one = this.told.find((each) => each.id === id);
    if (!one) throw gateError("FORGE_NOT_FOUND", `There is no deployment ${id}.`);
    one.state = state;
  }

  async deploymentState(id: number): Promise<string | null> {
    await this.called("deploymentState");
    return this.told.find((each) => each.id === id)?.state ?? null;
  }

  async deployments(
    environment: string,
    commit: string,
  ): Promise<readonly { id: number; commit: string; payload: unknown }[]> {
    await this.called("deployments");
    return this.told.filter((one) => one.environment === environment && one.commit === commit);
  }

  async settings(): Promise<ForgeSettings> {
    await this.called("settings");
    return {
      defaultBranch: "main",
      visibility: "private",
      mergeMethods: ["merge"],
      workflowsMayOpenPullRequests: true,
      rules: [],
    };
  }
}
