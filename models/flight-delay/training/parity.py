"""The parity claims of the author: how far ONNX Runtime is from the expected outputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx.reference import ReferenceEvaluator

from runtime import described, read_cases, session


def _claim(differences: dict[str, float], cases: int, level: str) -> dict:
    return {
        "schema_version": "modelgate/parity-claim/v1",
        "runtime": described(level),
        "cases": cases,
        "outputs": [{"name": name, "max_abs_diff": value} for name, value in differences.items()],
        "max_abs_diff": max(differences.values()),
    }


def _widen(differences: dict[str, float], expected: dict, actual: dict) -> None:
    for name, array in actual.items():
        gap = np.abs(array.astype(np.float64) - expected[name].astype(np.float64)).max()
        differences[name] = max(differences.get(name, 0.0), float(gap))


def against_stored_outputs(folder: Path, level: str = "basic") -> dict:
    """Compare ONNX Runtime with the stored scikit-learn outputs: the honest claim."""
    run = session(folder / "model.onnx", level)
    names = [output.name for output in run.get_outputs()]
    differences: dict[str, float] = {}
    cases = read_cases(folder)
    for inputs, expected in cases:
        _widen(differences, expected, dict(zip(names, run.run(None, inputs))))
    return _claim(differences, len(cases), level)


def against_own_export(folder: Path, level: str = "basic") -> dict:
    """Compare ONNX Runtime with ONNX's reference evaluator on the same exported file.

    This is the mistake behind the claim of 1.2.0. Both sides read the thresholds
    that the export already rounded, so they agree, and nothing is learnt about
    the distance between the export and the trained model.
    """
    run = session(folder / "model.onnx", level)
    names = [output.name for output in run.get_outputs()]
    second = ReferenceEvaluator(str(folder / "model.onnx"))
    differences: dict[str, float] = {}
    cases = read_cases(folder)
    for inputs, _ in cases:
        expected = dict(zip(names, second.run(None, inputs)))
        _widen(differences, expected, dict(zip(names, run.run(None, inputs))))
    return _claim(differences, len(cases), level)
