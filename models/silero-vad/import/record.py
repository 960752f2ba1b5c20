"""The sidecar and the evaluation of an imported version.

The generated clips are laid end to end on a clock that starts at
1970-01-01T00:00:00Z, so that every clip has a window of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np

from clips import CLIPS, CONTEXT, FRAME, SECONDS
from signals import listed, scores

SNAPSHOT = "silero-vad-clips-1"


def stamp(clip: int) -> str:
    """When a clip starts on the clock of the snapshot."""
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=SECONDS * clip)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def window(first: int, after: int) -> dict:
    """The window of clips [first, after)."""
    return {"from": stamp(first), "to": stamp(after)}


def sidecar() -> dict:
    """Tensors of the 16 kHz model; it takes audio, so it has no feature columns."""
    return {
        "schema_version": "modelgate/sidecar/v1",
        "feature_schema_id": "silero-vad-frame-16khz",
        "feature_schema_version": "1.0.0",
        "columns": [],
        "inputs": [
            {"name": "input", "dtype": "float32", "shape": ["N", CONTEXT + FRAME]},
            {"name": "state", "dtype": "float32", "shape": [2, "N", 128]},
            {"name": "sr", "dtype": "int64", "shape": []},
        ],
        "outputs": [
            {"name": "output", "dtype": "float32", "shape": ["N", 1]},
            {"name": "stateN", "dtype": "float32", "shape": [2, "N", 128]},
        ],
    }


def evaluation(labels: np.ndarray, speech: np.ndarray) -> dict:
    """Scores over all frames, and per clip; nothing is trained, so no walk-forward and no ablations."""
    untrained = {"from": stamp(0), "to": stamp(0), "rows": 0}
    folds = [
        {"fold": n + 1, "clip": clip.name, "train": untrained, "test": {**window(n, n + 1), "rows": labels.shape[1]},
         "metrics": scores(labels[n], speech[n])}
        for n, clip in enumerate(CLIPS)
    ]
    return {
        "schema_version": "modelgate/evaluation/v1",
        "dataset": {"snapshot_id": SNAPSHOT, "window": window(0, len(CLIPS)), "rows": labels.size},
        "metrics": listed(scores(labels, speech)),
        "folds": folds,
        "walk_forward": [],
        "ablations": [],
        "code_note": "Frames of 32 ms; decision at 0.5. Labels are where the clean synthetic speech is active. The audio is "
                     "generated, so the figures compare versions and say little about other audio.",
    }
