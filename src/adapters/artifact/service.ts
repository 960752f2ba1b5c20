/** Whether this is a step that may store artifacts: the runner tells only actions, never the commands of a `run:`. */
export function hasArtifacts(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env["ACTIONS_RUNTIME_TOKEN"] && env["ACTIONS_RESULTS_URL"]);
}
