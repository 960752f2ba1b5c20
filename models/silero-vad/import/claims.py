"""The author's claims: parity with the stored outputs, and latency."""

from __future__ import annotations

import math
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from runtime import described, read_cases, session

BATCHES = (1, 8, 32)
WARM_UP = 50
RUNS = 500
COLD_STARTS = 5


def gap(left: np.ndarray, right: np.ndarray) -> float:
    """Largest absolute difference."""
    return float(np.abs(left.astype(np.float64) - right.astype(np.float64)).max())


def parity(folder: Path, level: str = "basic") -> dict:
    """ONNX Runtime against the stored outputs of TorchScript."""
    run = session(folder / "model.onnx", level)
    names = [output.name for output in run.get_outputs()]
    worst = dict.fromkeys(names, 0.0)
    cases = read_cases(folder)
    for inputs, expected in cases:
        for name, array in zip(names, run.run(names, inputs)):
            worst[name] = max(worst[name], gap(array, expected[name]))
    return {"schema_version": "modelgate/parity-claim/v1", "runtime": described(level), "cases": len(cases),
            "outputs": [{"name": n, "max_abs_diff": v} for n, v in worst.items()], "max_abs_diff": max(worst.values())}


def stream_gap(folder: Path, windows: np.ndarray, streams: dict[str, np.ndarray]) -> dict[str, float]:
    """The same over every frame of every stream, each fed the state of TorchScript."""
    run = session(folder / "model.onnx", "basic")
    gaps = []
    for clip, frame in np.ndindex(windows.shape[:2]):
        feed = {"input": windows[clip, frame : frame + 1], "state": streams["before"][clip, frame], "sr": np.array(16000)}
        speech, state = run.run(None, feed)
        gaps.append((gap(speech, streams["speech"][clip, frame]), gap(state, streams["after"][clip, frame])))
    output, state = np.array(gaps).T
    return {"stream_frames": len(gaps), "stream_max_abs_diff_output": float(output.max()),
            "stream_max_abs_diff_state": float(state.max()), "stream_max_abs_state": float(np.abs(streams["after"]).max()),
            "stream_max_torchscript_float32_drift": float(streams["drift"].max()),
            "stream_share_state_diff_over_1e-5": round(float(np.mean(state > 1e-5)), 6)}


def _machine() -> dict:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {"cpu": names[0] if names else platform.processor() or "unknown", "cores": os.cpu_count(),
            "os": f"{platform.system().lower()} {platform.machine()}"}


def cold_start(folder: Path, level: str) -> float:
    """Milliseconds to create a session and answer the first batch-1 case."""
    inputs = read_cases(folder)[0][0]
    begin = time.perf_counter()
    session(folder / "model.onnx", level).run(None, inputs)
    return (time.perf_counter() - begin) * 1000


def _cold_start_elsewhere(folder: Path, level: str) -> float:
    code = "import sys; from pathlib import Path; from claims import cold_start; print(cold_start(Path(sys.argv[1]), sys.argv[2]))"
    command = [sys.executable, "-B", "-c", code, str(folder.resolve()), level]
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    return float(done.stdout)


def bench(folder: Path, level: str = "basic") -> dict:
    """Percentiles per batch size, and the median cold start of fresh processes."""
    run = session(folder / "model.onnx", level)
    inputs = read_cases(folder)[-1][0]
    batches = []
    for size in BATCHES:
        rows = np.arange(size) % len(inputs["input"])
        feed = {"input": inputs["input"][rows], "state": np.ascontiguousarray(inputs["state"][:, rows]), "sr": inputs["sr"]}
        times = []
        for _ in range(WARM_UP + RUNS):
            begin = time.perf_counter()
            run.run(None, feed)
            times.append((time.perf_counter() - begin) * 1000)
        ordered = sorted(times[WARM_UP:])
        batches.append({"batch": size, "n": RUNS, **{
            f"p{share}_ms": round(ordered[math.ceil(share / 100 * RUNS) - 1], 4) for share in (50, 95, 99)}})
    cold = statistics.median(_cold_start_elsewhere(folder, level) for _ in range(COLD_STARTS))
    return {"schema_version": "modelgate/bench-claim/v1", "runtime": described(level), "machine": _machine(),
            "batches": batches, "cold_start_ms": round(cold, 3)}
