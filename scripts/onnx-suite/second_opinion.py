"""What Python's onnxruntime says of every case in CASES, by the rules of ONNX's own runner (rtol 1e-3, atol 1e-7).

Prints one JSON line a case: {"case": "node/test_abs", "says": "passed", "why": null}. `says` is passed, differs,
cannot load, cannot run, cannot feed (a type that Python's binding takes from no array),
cannot compare or crashed.
"""

import json
import subprocess
import sys
from pathlib import Path

import onnx
import onnxruntime
from onnx.backend.test.runner import Runner

BATCH_SIZE = 200


def cases_of(folder: Path) -> list[Path]:
    return sorted(model.parent for model in folder.glob("*/*/model.onnx"))


def opinion(case: Path) -> tuple[str, str | None]:
    model = onnx.load(case / "model.onnx")
    try:
        session = onnxruntime.InferenceSession(str(case / "model.onnx"), options(), ["CPUExecutionProvider"])
    except Exception as error:  # the engine throws a class of its own for each status
        return "cannot load", str(error)
    for data in sorted(case.glob("test_data_set_*")):
        says, why = replay(session, model, data)
        if says != "passed":
            return says, why
    return "passed", None


def options() -> onnxruntime.SessionOptions:
    chosen = onnxruntime.SessionOptions()
    chosen.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    chosen.intra_op_num_threads = chosen.inter_op_num_threads = 1
    chosen.log_severity_level = 4
    return chosen


def replay(session, model, data: Path) -> tuple[str, str | None]:
    weights = {tensor.name for tensor in model.graph.initializer}
    fed = [value for value in model.graph.input if value.name not in weights]
    try:
        inputs, expected = load(data, "input", fed), load(data, "output", model.graph.output)
    except Exception as error:
        return "cannot feed", f"ONNX's own runner does not read the test data: {error!r}"
    try:
        actual = session.run(None, dict(zip((value.name for value in fed), inputs)))
    except Exception as error:
        return ("cannot feed" if "MLDataType" in str(error) else "cannot run"), str(error)
    try:
        Runner.assert_similar_outputs(expected, actual, rtol=1e-3, atol=1e-7)
    except AssertionError as error:
        return "differs", str(error).strip()
    except Exception as error:
        return "cannot compare", f"ONNX's own runner does not compare it: {error!r}"
    return "passed", None


def load(data: Path, side: str, values) -> list:
    loaded: list = []
    for position, value in enumerate(values):
        file = data / f"{side}_{position}.pb"
        if file.exists():
            Runner._load_proto(None, str(file), loaded, value.type)
    return loaded


def worker(names: list[str], folder: Path) -> None:
    for name in names:
        says, why = opinion(folder / name)
        line = why.splitlines()[0][:200] if why else None
        print(json.dumps({"case": name, "says": says, "why": line}), flush=True)


def main(folder: Path) -> None:
    """Cases run in processes of their own, a few hundred each: one that kills its process is the one after the last answer."""
    left = [case.relative_to(folder).as_posix() for case in cases_of(folder)]
    while left:
        batch, left = left[:BATCH_SIZE], left[BATCH_SIZE:]
        run = subprocess.run([sys.executable, __file__, str(folder), "--only"], input="\n".join(batch), capture_output=True, text=True)
        sys.stdout.write(run.stdout)
        answered = len(run.stdout.splitlines())
        if answered < len(batch):
            print(json.dumps({"case": batch[answered], "says": "crashed", "why": f"exit {run.returncode}"}))
            left = batch[answered + 1 :] + left


if __name__ == "__main__":
    root = Path(sys.argv[1])
    if "--only" in sys.argv:
        worker(sys.stdin.read().split("\n"), root)
    else:
        main(root)
