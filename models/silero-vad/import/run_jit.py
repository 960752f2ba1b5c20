"""Run a TorchScript Silero model over streams: `python run_jit.py MODEL IN.npz OUT.npz`.

Stands alone (torch and numpy only), so that it may run in another Python than the
rest. Input `windows` is [clips, frames, 576]; each clip is one stream. The model
computes in float64 on float32 inputs and states; its answers are rounded to
float32, so they are as exact as float32 can say. `drift` is how far the same
model in plain float32 is from them: a frame on which float32 is unsteady by
itself shows there. `batch_*` repeats the frames named by `batch` in one call.
"""

from __future__ import annotations

import sys

import numpy as np
import torch


class Exact:
    """The 16 kHz part of the model in float64 and, beside it, in float32."""

    def __init__(self, path: str) -> None:
        self.single = torch.jit.load(path, map_location="cpu").eval()._model
        self.double = torch.jit.load(path, map_location="cpu").eval()._model.double()

    def _exactly(self, window: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The forward pass part by part: as a whole it casts back to float32 in between."""
        model = self.double
        encoded = model.encoder(model.stft(window).double()).squeeze(-1)
        hidden, cell = model.decoder.rnn(encoded, (state[0], state[1]))
        speech = model.decoder.decoder(hidden.unsqueeze(-1))
        return speech.squeeze(1).mean(dim=1, keepdim=True), torch.stack([hidden, cell])

    def __call__(self, window: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Speech, next state, and the distance of plain float32."""
        exact = self._exactly(torch.from_numpy(window).double(), torch.from_numpy(state).double())
        plain = self.single(torch.from_numpy(window), torch.from_numpy(state))
        drift = max(float((a - b).abs().max()) for a, b in zip(exact, plain))
        return exact[0].float().numpy(), exact[1].float().numpy(), drift


def main(model_path: str, source: str, target: str) -> None:
    """Stream every clip, on one thread."""
    torch.set_num_threads(1)
    given = np.load(source)
    windows, batch = given["windows"], given["batch"]
    clips, frames, _ = windows.shape
    before = np.zeros((clips, frames, 2, 1, 128), np.float32)
    after = np.zeros_like(before)
    speech = np.zeros((clips, frames, 1, 1), np.float32)
    drift = np.zeros((clips, frames))
    model = Exact(model_path)
    with torch.no_grad():
        for clip in range(clips):
            state = np.zeros((2, 1, 128), np.float32)
            for frame in range(frames):
                before[clip, frame] = state
                speech[clip, frame], state, drift[clip, frame] = model(windows[clip, frame : frame + 1], state)
                after[clip, frame] = state
        rows = np.stack([windows[c, f] for c, f in batch])
        states = np.concatenate([before[c, f] for c, f in batch], axis=1)
        batch_speech, batch_after, _ = model(rows, states)
    np.savez(target, before=before, after=after, speech=speech, drift=drift, batch_windows=rows, batch_before=states,
             batch_speech=batch_speech, batch_after=batch_after, torch_version=torch.__version__)


if __name__ == "__main__":
    main(*sys.argv[1:])
