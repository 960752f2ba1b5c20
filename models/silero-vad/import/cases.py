"""Test data sets: single frames out of evolving streams, and one batch.

The rule that picks frames never looks at ONNX: of every clip the first one, a
speech frame and another frame, drawn with the seed among *steady* frames. A
frame is steady if

- its recurrent state stays within +-32: from 64 on, neighbouring float32 numbers
  lie 7.6e-6 apart, so that an absolute limit of 1e-5 would test their spacing;
- TorchScript in float32 and in float64 agree within 2e-6: where the model itself
  is undecided in float32, no runtime can be held to 1e-5.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from artifacts import write_tensor
from clips import RATE, SEED

STATE_LIMIT = 32.0
DRIFT_LIMIT = 2e-6


def pick(streams: dict[str, np.ndarray], labels: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of clip and frame, in order."""
    generator = np.random.default_rng(SEED)
    sizes = [np.abs(streams[key]).max(axis=(2, 3, 4)) for key in ("before", "after")]
    steady = (np.maximum(*sizes) <= STATE_LIMIT) & (streams["drift"] <= DRIFT_LIMIT)
    chosen: list[tuple[int, int]] = []
    for clip in range(len(labels)):
        frames = {int(np.flatnonzero(steady[clip])[0])}
        for kind in (1, 0):
            candidates = np.setdiff1d(np.flatnonzero(steady[clip] & (labels[clip] == kind)), sorted(frames))
            if len(candidates):
                frames.add(int(generator.choice(candidates)))
        chosen += [(clip, frame) for frame in sorted(frames)]
    return chosen


def last_of_each(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The last picked frame of every clip: the rows of the batch."""
    return sorted({clip: (clip, frame) for clip, frame in pairs}.values())


def _write(place: Path, window: np.ndarray, state: np.ndarray, output: np.ndarray, state_after: np.ndarray) -> None:
    write_tensor(place / "input_0.pb", np.ascontiguousarray(window), "input")
    write_tensor(place / "input_1.pb", np.ascontiguousarray(state), "state")
    write_tensor(place / "input_2.pb", np.array(RATE, dtype=np.int64), "sr")
    write_tensor(place / "output_0.pb", np.ascontiguousarray(output), "output")
    write_tensor(place / "output_1.pb", np.ascontiguousarray(state_after), "stateN")


def write_cases(folder: Path, windows: np.ndarray, streams: dict[str, np.ndarray], pairs: list[tuple[int, int]]) -> None:
    """Write every single frame, then the batch."""
    for old in folder.glob("test_data_set_*"):
        shutil.rmtree(old)
    for number, (clip, frame) in enumerate(pairs):
        _write(folder / f"test_data_set_{number}", windows[clip, frame : frame + 1], streams["before"][clip, frame],
               streams["speech"][clip, frame], streams["after"][clip, frame])
    _write(folder / f"test_data_set_{len(pairs)}", streams["batch_windows"], streams["batch_before"],
           streams["batch_speech"], streams["batch_after"])
