"""Run a TorchScript Silero model over streams: `python run_jit.py MODEL IN.npz OUT.npz`.

Stands alone (torch and numpy only), so that it may run in another Python than the
rest. Input `windows` is [clips, frames, 576]; each clip is one stream. Outputs:
the state before each frame, and what the model answered. `batch_*` repeats the
frames named by `batch` (pairs of clip and frame) in one call.
"""

from __future__ import annotations

import sys

import numpy as np
import torch


def main(model_path: str, source: str, target: str) -> None:
    """Stream every clip through the 16 kHz part of the model, on one thread."""
    torch.set_num_threads(1)
    given = np.load(source)
    model = torch.jit.load(model_path, map_location="cpu").eval()._model
    windows, batch = given["windows"], given["batch"]
    clips, frames, _ = windows.shape
    before = np.zeros((clips, frames, 2, 1, 128), np.float32)
    after = np.zeros_like(before)
    speech = np.zeros((clips, frames, 1, 1), np.float32)
    with torch.no_grad():
        for clip in range(clips):
            state = torch.zeros(2, 1, 128)
            for frame in range(frames):
                before[clip, frame] = state.numpy()
                answer, state = model(torch.from_numpy(windows[clip, frame : frame + 1]), state)
                speech[clip, frame], after[clip, frame] = answer.numpy(), state.numpy()
        rows = np.stack([windows[c, f] for c, f in batch])
        states = np.concatenate([before[c, f] for c, f in batch], axis=1)
        batch_speech, batch_after = model(torch.from_numpy(rows), torch.from_numpy(states))
    np.savez(target, before=before, after=after, speech=speech, batch_windows=rows, batch_before=states,
             batch_speech=batch_speech.numpy(), batch_after=batch_after.numpy(), torch_version=torch.__version__)


if __name__ == "__main__":
    main(*sys.argv[1:])
