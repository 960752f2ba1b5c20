const MASK = 0xffff_ffff_ffff_ffffn;

/** A stream of seeded random numbers. The same seed and stream give the same numbers on every machine. */
export interface Random {
  /** Uniform integer in [0, 2^32). */
  readonly uint32: () => number;
  /** Uniform integer in [0, n), without bias; n in [1, 2^32). */
  readonly below: (n: number) => number;
  /** Uniform double in [0, 1) with 32 bits of resolution. */
  readonly unit: () => number;
}

/** Four words of 32 bits; not all zero. */
export type RandomState = readonly [number, number, number, number];

/**
 * xoshiro128** 1.1 by Blackman and Vigna (https://prng.di.unimi.it/xoshiro128starstar.c).
 * The algorithm is part of the evidence format: changing it changes every interval that was ever recorded.
 */
export function randomFrom(state: RandomState): Random {
  let [a, b, c, d] = state;
  const uint32 = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
  const below = (n: number): number => {
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const drawn = uint32();
      if (drawn < limit) return drawn % n;
    }
  };
  return { uint32, below, unit: () => uint32() / 2 ** 32 };
}

/**
 * A stream for a seed; both are integers in [0, 2^32). Streams of one seed are independent of each other.
 * The state is filled by two outputs of SplitMix64 started at `stream * 2^32 + seed`, low word first.
 */
export function seededRandom(seed: number, stream = 0): Random {
  const next = splitMix64((BigInt(stream >>> 0) << 32n) | BigInt(seed >>> 0));
  const [first, second] = [next(), next()];
  return randomFrom([lowWord(first), lowWord(first >> 32n), lowWord(second), lowWord(second >> 32n)]);
}

/** SplitMix64 (https://prng.di.unimi.it/splitmix64.c): fills the state of other generators. */
export function splitMix64(seed: bigint): () => bigint {
  let state = seed & MASK;
  return () => {
    state = (state + 0x9e37_79b9_7f4a_7c15n) & MASK;
    const first = ((state ^ (state >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK;
    const second = ((first ^ (first >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK;
    return second ^ (second >> 31n);
  };
}

function lowWord(value: bigint): number {
  return Number(value & 0xffff_ffffn);
}

function rotateLeft(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
