"""The latency claim of the author, measured in this process and in fresh ones."""

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

BATCHES = (1, 32, 256)
WARM_UP = 50
RUNS = 500
COLD_STARTS = 5


def _nearest_rank(ordered: list[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1]


def _machine() -> dict:
    names = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")] if Path("/proc/cpuinfo").exists() else []
    return {"cpu": names[0] if names else platform.processor() or "unknown", "cores": os.cpu_count(),
            "os": f"{platform.system().lower()} {platform.machine()}"}


def cold_start(folder: Path, level: str) -> float:
    """Milliseconds to create a session and answer the first batch-1 case."""
    inputs = read_cases(folder)[0][0]
    begin = time.perf_counter()
    session(folder / "model.onnx", level).run(None, inputs)
    return (time.perf_counter() - begin) * 1000


def _cold_start_elsewhere(folder: Path, level: str) -> float:
    code = "import sys; from pathlib import Path; from benchmark import cold_start; print(cold_start(Path(sys.argv[1]), sys.argv[2]))"
    command = [sys.executable, "-B", "-c", code, str(folder.resolve()), level]
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    return float(done.stdout)


def claim(folder: Path, level: str = "basic") -> dict:
    """Percentiles per batch size, and the median cold start of fresh processes."""
    run = session(folder / "model.onnx", level)
    rows = np.concatenate([inputs["features"] for inputs, _ in read_cases(folder)])
    batches = []
    for size in BATCHES:
        feed = {"features": np.ascontiguousarray(rows[-size:])}
        times = []
        for _ in range(WARM_UP + RUNS):
            begin = time.perf_counter()
            run.run(None, feed)
            times.append((time.perf_counter() - begin) * 1000)
        ordered = sorted(times[WARM_UP:])
        batches.append({"batch": size, "n": RUNS, **{
            f"p{share}_ms": round(_nearest_rank(ordered, share / 100), 4) for share in (50, 95, 99)}})
    cold = statistics.median(_cold_start_elsewhere(folder, level) for _ in range(COLD_STARTS))
    return {"schema_version": "modelgate/bench-claim/v1", "runtime": described(level), "machine": _machine(),
            "batches": batches, "cold_start_ms": round(cold, 3)}
