/** Hosts whose artifact service the client speaks to; an Enterprise Server has another one. */
const HOSTS = /^(?:github\.com|.+\.ghe\.com|.+\.localhost)$/i;

/** Whether this is a step that may store artifacts: the runner tells only actions, never the commands of a `run:`. */
export function hasArtifacts(env: NodeJS.ProcessEnv): boolean {
  const server = env["GITHUB_SERVER_URL"] ?? "https://github.com";
  const isServed = URL.canParse(server) && HOSTS.test(new URL(server).hostname);
  return isServed && Boolean(env["ACTIONS_RUNTIME_TOKEN"] && env["ACTIONS_RESULTS_URL"]);
}
