/** The run and job that a runtime token is for. */
export interface RuntimeScope {
  readonly run: string;
  readonly job: string;
}

/** ACTIONS_RUNTIME_TOKEN of a job: a JWT whose `scp` names run and job; nobody checks its signature here. */
export function runtimeToken({ run, job }: RuntimeScope): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { scp: `Actions.ExampleScope Actions.Results:${run}:${job}`, exp: 4_102_444_800 };
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.loopback`;
}

export function scopeOf(header: string | undefined): RuntimeScope | undefined {
  const [, payload = ""] = (header ?? "").replace(/^bearer /i, "").split(".");
  try {
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { scp?: string };
    const found = /Actions\.Results:([^: ]+):([^: ]+)/.exec(claims.scp ?? "");
    return found === null ? undefined : { run: found[1] ?? "", job: found[2] ?? "" };
  } catch {
    return undefined;
  }
}
