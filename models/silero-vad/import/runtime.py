"""ONNX Runtime sessions the way the gate runs them: CPU, one thread, fixed level."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper

LEVELS = {"basic": ort.GraphOptimizationLevel.ORT_ENABLE_BASIC, "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED}


def session(model: Path, level: str) -> ort.InferenceSession:
    """A single-threaded CPU session at a graph optimisation level."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.graph_optimization_level = LEVELS[level]
    options.log_severity_level = 3
    return ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def described(level: str) -> dict:
    """The runtime as the claims name it."""
    return {"engine": "onnxruntime", "version": ort.__version__, "execution_provider": "cpu",
            "optimization_level": level, "threads": 1}


def read_tensor(path: Path) -> tuple[str, np.ndarray]:
    """Name and values of a TensorProto file."""
    proto = onnx.load_tensor(str(path))
    return proto.name, numpy_helper.to_array(proto)


def read_cases(folder: Path) -> list[tuple[dict, dict]]:
    """Inputs and expected outputs, by name, of every test data set in numeric order."""
    sets = sorted(folder.glob("test_data_set_*"), key=lambda p: int(p.name.rsplit("_", 1)[1]))
    return [tuple(dict(read_tensor(p) for p in sorted(s.glob(f"{kind}_*.pb"))) for kind in ("input", "output")) for s in sets]
