import { spawnSync } from "node:child_process";
import { median } from "../src/measure/quantiles.ts";
import { bootstrapMedian } from "../src/measure/bootstrap.ts";
import { seededRandom } from "../src/measure/random.ts";

/** How long a job took, and what came out. */
export interface Run {
  readonly ms: number;
  readonly answer: string;
}

/** One way to do a job. */
export interface Side {
  readonly name: string;
  readonly run: () => Run | Promise<Run>;
}

export interface Contest {
  readonly title: string;
  /** Ours over the peer's time must not be above this. */
  readonly goal: number;
  readonly pairs: number;
  /** Undefined when it is not on this machine, with the reason. */
  readonly ours: Side | { readonly missing: string };
  readonly peer: Side | { readonly missing: string };
  /** Whether both did the same; without it the answers must be equal. */
  readonly same?: (ours: string, peer: string) => boolean;
  /** What else is worth knowing, a line each; measured after the contest. */
  readonly facts?: () => readonly string[];
}

export interface Row {
  readonly title: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly goal: string;
  readonly result: "met" | "MISSED" | "undecided" | "WRONG ANSWER" | "not run";
}

/** Runs both sides in turn, in seeded random order within each pair. Equal answers come first: a fast wrong one fails. */
export async function compare(contest: Contest): Promise<Row> {
  const { title, ours, peer } = contest;
  const goal = `<= ${contest.goal.toFixed(2)}`;
  if ("missing" in ours) return notRun(title, goal, ours.missing);
  if ("missing" in peer) return notRun(title, goal, peer.missing);
  const [first, second] = [await ours.run(), await peer.run()];
  const same = contest.same ?? ((a: string, b: string) => a === b);
  const names = { title, ours: ours.name, peer: peer.name, goal };
  if (!same(first.answer, second.answer)) {
    return { ...names, ratio: `${first.answer} is not ${second.answer}`, result: "WRONG ANSWER" };
  }
  return { ...names, ...(await timed(contest, { ours, peer })) };
}

async function timed(
  contest: Contest,
  { ours, peer }: { ours: Side; peer: Side },
): Promise<Pick<Row, "ours" | "peer" | "ratio" | "result">> {
  const random = seededRandom(1);
  const times = { candidate: new Float64Array(contest.pairs), live: new Float64Array(contest.pairs) };
  for (let i = 0; i < contest.pairs; i += 1) {
    const oursFirst = random.below(2) === 0;
    if (oursFirst) times.candidate[i] = (await ours.run()).ms;
    times.live[i] = (await peer.run()).ms;
    if (!oursFirst) times.candidate[i] = (await ours.run()).ms;
  }
  const logs = times.candidate.map((time, i) => Math.log(time / (times.live[i] ?? Number.NaN)));
  // Processes do not remember each other, so that a block is one pair.
  const found = bootstrapMedian([logs], { block: 1, resamples: 2000, level: 0.9, random });
  const [value, low, high] = [found.value, found.low, found.high].map(Math.exp) as [number, number, number];
  return {
    ours: `${ours.name}: ${median(times.candidate).toPrecision(4)} ms`,
    peer: `${peer.name}: ${median(times.live).toPrecision(4)} ms`,
    ratio: `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}] 90 %`,
    result: high <= contest.goal ? "met" : low > contest.goal ? "MISSED" : "undecided",
  };
}

function notRun(title: string, goal: string, why: string): Row {
  return { title, ours: "", peer: why, ratio: "", goal, result: "not run" };
}

/** A whole process, from start to end. Its answer is what `read` finds in its output. */
export function processSide(
  of: {
    readonly name: string;
    readonly command: string;
    readonly args: readonly string[];
    readonly cwd?: string;
    readonly exits?: readonly number[];
  },
  read: (stdout: string) => string = (stdout) => stdout.trim(),
): Side {
  const run = (): Run => {
    const start = performance.now();
    const { status, stdout, stderr, error } = spawnSync(of.command, of.args, {
      cwd: of.cwd,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    const ms = performance.now() - start;
    if (error || !(of.exits ?? [0]).includes(status ?? -1))
      throw new Error(`${of.name} failed: ${error?.message ?? stderr}`);
    return { ms, answer: read(stdout) };
  };
  return { name: of.name, run };
}

/** The first of the given commands that works, with the version that it prints. */
export function findCommand(
  candidates: readonly (readonly string[])[],
): { command: string; version: string } | undefined {
  for (const [command = "", ...args] of candidates) {
    const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
    if (status === 0) return { command, version: stdout.trim().split("\n")[0] ?? "" };
  }
  return undefined;
}
