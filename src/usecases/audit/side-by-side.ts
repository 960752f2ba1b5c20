import type { CommitVerdict } from "../../domain/audit.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import { judgeLine } from "./judge-line.ts";
import { goBehind, type JudgedStretch, judgeStretch, standsOn, type Stretch } from "./stretch.ts";
import { showsWhatIsInForce } from "./given.ts";
import type { AuditedLine, Walk } from "./walk.ts";

/** Others who judge stretches while this thread does. */
export interface SideJudges {
  /** How many there are. */
  readonly count: number;
  /** Commits of a stretch at least; shorter lines are not divided. */
  readonly shortest: number;
  /** Opens them on a line; to be closed. */
  open(line: AuditedLine): SideBench;
}

export interface SideBench {
  /** One at a time for each of `count`. Rejects when it cannot be judged there, for whatever reason. */
  judge(stretch: Stretch, onStep: () => void): Promise<JudgedStretch>;
  close(): void;
}

interface Sitting {
  readonly git: Git & GitObjects;
  readonly walk: Walk;
  readonly judges: SideJudges;
  readonly signal?: AbortSignal;
  /** A verdict was found. */
  readonly onStep: () => void;
}

/**
 * Judges the line of a walk from a position on in stretches, several at once, each on the ground that the commit before it
 * shows. Whether that ground was in force is known when the stretch before has ended: those that stand are taken, and the
 * walk then stands behind the last of them. What comes after is for the caller to judge in order, so that the verdicts are
 * those of one walk in every case. Returns them, and the position of the first commit that has none.
 */
export async function judgeSideBySide(
  sitting: Sitting,
  first: number,
): Promise<{ readonly verdicts: readonly CommitVerdict[]; readonly next: number }> {
  const { git, walk, judges, onStep, ...watch } = sitting;
  const [own, ...others] = stretchesOf({ first, end: walk.line.length }, judges);
  if (!own || others.length === 0) return { verdicts: [], next: first };
  const bench = judges.open(walk);
  try {
    const waiting = others.values();
    const aside = Array.from({ length: judges.count }, () =>
      session(waiting, (stretch) => bench.judge(stretch, onStep)),
    );
    const verdicts = await judgeOwn(sitting, own);
    if (!(await showsWhatIsInForce(walk, own.end - 1))) return { verdicts, next: own.end };
    const here = await session(waiting, (one) => judgeStretch(git, walk, one, { onStep, ...watch }));
    const there = await unlessAborted(Promise.all(aside), watch.signal);
    const judged = new Map([...here, ...there.flat()]);
    const next = await join(walk, others, { judged, verdicts });
    return { verdicts, next };
  } finally {
    bench.close();
  }
}

/** Whoever waits for others does not wait any longer than is wanted. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", abort);
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", abort));
}

async function judgeOwn({ walk, signal, onStep }: Sitting, own: Stretch): Promise<CommitVerdict[]> {
  const verdicts: CommitVerdict[] = [];
  for await (const verdict of judgeLine(walk, own, signal)) {
    verdicts.push(verdict);
    onStep();
  }
  return verdicts;
}

type Judged = readonly (readonly [Stretch, JudgedStretch])[];

/** Judges stretches that nobody has taken yet, one after the other, up to one that cannot be judged on its own. */
async function session(
  waiting: Iterable<Stretch>,
  judge: (stretch: Stretch) => Promise<JudgedStretch>,
): Promise<Judged> {
  const judged: [Stretch, JudgedStretch][] = [];
  for (const stretch of waiting) {
    try {
      judged.push([stretch, await judge(stretch)]);
    } catch {
      // Judged in order, it says itself what is wrong.
      return judged;
    }
  }
  return judged;
}

/** Takes the stretches that stand, in their order, up to the first that does not; returns where that begins. */
async function join(
  walk: Walk,
  stretches: readonly Stretch[],
  of: { readonly judged: ReadonlyMap<Stretch, JudgedStretch>; readonly verdicts: CommitVerdict[] },
): Promise<number> {
  for (const stretch of stretches) {
    const one = of.judged.get(stretch);
    if (!one || !standsOn(walk, one)) return stretch.first;
    await goBehind(walk, stretch, one);
    of.verdicts.push(...one.verdicts);
  }
  return walk.line.length;
}

/** So many for each judge that nobody waits long for the last. */
const EACH = 6;

function stretchesOf({ first, end }: Stretch, { count, shortest }: SideJudges): readonly Stretch[] {
  const length = Math.max(shortest, Math.ceil((end - first) / ((count + 1) * EACH)));
  const starts = Array.from({ length: Math.ceil((end - first) / length) }, (_, n) => first + n * length);
  return starts.map((start) => ({ first: start, end: Math.min(start + length, end) }));
}
