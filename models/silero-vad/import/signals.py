"""Signal features of a frame, their reference distributions, and scores against labels."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from clips import CONTEXT

BINS = 10
THRESHOLD = 0.5
DIRECTION = {"auc": "higher_is_better", "average_precision": "higher_is_better", "accuracy": "higher_is_better",
             "false_alarm_rate": "lower_is_better", "miss_rate": "lower_is_better"}
FEATURES = ("frame_energy_db", "zero_crossing_rate", "speech_probability")


def features(windows: np.ndarray, speech: np.ndarray) -> dict[str, np.ndarray]:
    """Energy in dB of full scale, share of sign changes, and the answer of the model."""
    frames = windows.reshape(-1, windows.shape[-1])[:, CONTEXT:].astype(np.float64)
    energy = 20 * np.log10(np.sqrt(np.mean(frames**2, axis=1)) + 1e-9)
    crossings = np.mean(np.signbit(frames[:, 1:]) != np.signbit(frames[:, :-1]), axis=1)
    return dict(zip(FEATURES, (energy, crossings, speech.reshape(-1).astype(np.float64))))


def distribution(name: str, values: np.ndarray) -> dict:
    """Quantile edges and counts; a value x falls in bin #{edges < x}."""
    edges = np.unique(np.quantile(values, np.arange(1, BINS) / BINS, method="linear"))
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
    return {"name": name, "kind": "numeric", "edges": edges.tolist(), "counts": counts.tolist(), "missing": 0, "n": len(values)}


def scores(labels: np.ndarray, speech: np.ndarray) -> dict[str, float]:
    """Frame-level agreement of the probability of speech with the known labels."""
    labels, speech = labels.reshape(-1), speech.reshape(-1)
    said = speech >= THRESHOLD
    values = {
        "auc": roc_auc_score(labels, speech),
        "average_precision": average_precision_score(labels, speech),
        "accuracy": np.mean(said == (labels == 1)),
        "false_alarm_rate": np.mean(said[labels == 0]),
        "miss_rate": np.mean(~said[labels == 1]),
    }
    return {name: round(float(value), 6) for name, value in values.items()}


def listed(values: dict[str, float]) -> list[dict]:
    """Metrics with unit and direction, as `evaluation.json` lists them."""
    return [{"name": n, "value": v, "unit": "1", "direction": DIRECTION[n]} for n, v in values.items()]
