import { readFileSync } from "node:fs";
import { timeAlone } from "../../src/adapters/onnx/child/bench-loop.ts";
import { loadBinding } from "../../src/adapters/onnx/child/binding.ts";
import { nativeFeeds, openSession } from "../../src/adapters/onnx/child/session.ts";
import { resolveEngine } from "../../src/adapters/onnx/resolve-engine.ts";
import { readTensor } from "../../src/measure/onnx/read-tensor.ts";
import { seededRandom } from "../../src/measure/random.ts";
import type { Contest } from "../side-by-side.ts";

const CALLS = 2000;

/** What our timed loop adds to a bare loop of `run()`, for a model of a few microseconds. Calibration is left out. */
export function callOverheadContest(root: string): Contest {
  const folder = `${root}/models/flight-delay/1.0.0`;
  const binding = loadBinding(
    resolveEngine({ directory: undefined, repository: undefined, toolCache: undefined }).binding,
  );
  const header = { blob: 0, externalData: [], optimizationLevel: "basic" as const };
  const { native } = openSession(binding, header, [readFileSync(`${folder}/model.onnx`)]);
  const feeds = nativeFeeds([
    {
      ...readTensor(readFileSync(`${folder}/test_data_set_0/input_0.pb`)),
      name: native.inputMetadata[0]?.name ?? "",
    },
  ]);
  const fetches = Object.fromEntries(
    native.outputMetadata.filter(({ isTensor }) => isTensor).map(({ name }) => [name, null]),
  );
  const bare = (): number => {
    const start = performance.now();
    for (let i = 0; i < CALLS; i += 1) native.run(feeds, fetches, {});
    return performance.now() - start;
  };
  const ours = (): number => {
    const calibration: number[] = [];
    const start = performance.now();
    timeAlone(
      { session: native, feeds: [feeds], fetches },
      { pairs: CALLS, deadline: Infinity, order: seededRandom(1), calibration },
    );
    return performance.now() - start - calibration.reduce((sum, time) => sum + time, 0);
  };
  const side = (name: string, time: () => number) => ({
    name,
    run: () => ({ ms: time(), answer: `${CALLS} calls` }),
  });
  return {
    title: `${CALLS} calls of flight-delay 1.0.0`,
    goal: 1.1,
    pairs: 51,
    ours: side("timed loop", ours),
    peer: side("bare loop of run()", bare),
  };
}
